import doctest
import importlib
import pkgutil

import pytest
import regression_model

MODULES = [
    module.name
    for module in pkgutil.walk_packages(regression_model.__path__, "regression_model.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_documentation_are_true(name):
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        pytest.skip(f"{name} needs {error.name}")

    assert doctest.testmod(module).failed == 0
