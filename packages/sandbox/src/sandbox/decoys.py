"""Writes the versions of a module so that nothing tells one from another but running them.

A learner's tests are to be judged by what they see the code do. So each version is written anew
for each run: comments go, local names are drawn by lot, and a function or constant in which
versions differ holds what all of them have, in random order, and one number that says which of it
is used. Text, size, hash and bytecode of the right version and of a spoilt one are then alike.
"""

import ast
import random
from collections.abc import Iterator, Sequence

LOT = random.SystemRandom()  # a seed that is known would tell everything
Function = ast.FunctionDef | ast.AsyncFunctionDef
# what looks at names of the frame it is called in
_LOOKS_AT_NAMES = {"locals", "vars", "eval", "exec", "dir"}
_KEEP_NAMES = (ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.Match, ast.ExceptHandler)


def rewrite(versions: Sequence[str], which: int) -> str:
    """Write one of several versions of a module in another way.

    Parameters
    ----------
    versions : sequence of str
        Texts of the module, of which the others lend what is not used.
    which : int
        Index of the one whose behaviour is wanted.

    Returns
    -------
    str
        Another text at each call.
    """
    tree, *_ = trees = [ast.parse(versions[which]), *map(ast.parse, versions)]
    found = [list(_parts(each)) for each in trees]
    for name, node in found[0]:
        alike = [part for parts in found for key, part in parts if key == name]
        if len(alike) > len(trees):
            continue  # bound more than once, as a property and its setter are
        different = list({ast.dump(part): part for part in alike}.values())
        if isinstance(node, ast.Assign):
            node.value = _value(node.value, different)
        else:
            node.body = _body(node, different)
    return ast.unparse(ast.fix_missing_locations(tree))


def _parts(tree: ast.Module) -> Iterator[tuple[str, ast.Assign | Function]]:
    """Yield functions, methods and constants with their names."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [item for item in node.body if isinstance(item, Function)]
            yield from ((f"{node.name}.{method.name}", method) for method in methods)
        elif isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node


def _value(own: ast.expr, parts: Sequence[ast.Assign | Function]) -> ast.expr:
    """Return an expression that holds the values of all, and gives the first."""
    values = [part.value for part in parts if isinstance(part, ast.Assign)]
    numbers = LOT.sample(range(1000), len(values))
    choice: ast.expr | None = None
    for number, value in LOT.sample(list(zip(numbers, values)), len(values)):
        test = ast.parse(f"{numbers[0]} == {number}", mode="eval").body
        choice = value if choice is None else ast.IfExp(test, value, choice)
    return choice or own


def _body(own: Function, parts: Sequence[ast.Assign | Function]) -> list[ast.stmt]:
    """Return statements that hold the bodies of all, of which the first is run."""
    functions = [part for part in parts if isinstance(part, Function)]
    if not all(map(_may_be_renamed, functions)):
        return own.body
    functions = [function for function in functions if _frame(function) == _frame(own)]
    kept = own.body[: ast.get_docstring(own) is not None]
    order = LOT.sample(range(1000), len(functions))
    pick = _name()
    # is never reached, and gives each version names that no other has
    choice: list[ast.stmt] = ast.parse(f"{_name()}.{_name()}").body
    for number, function in LOT.sample(list(zip(order, functions)), len(functions)):
        test = ast.parse(f"{pick} == {number}", mode="eval").body
        choice = [ast.If(test, _renamed(function), choice)]
    return [*kept, *ast.parse(f"{pick} = {order[0]}").body, *choice]


def _may_be_renamed(function: Function) -> bool:
    """Whether local names mean nothing to anybody else: no string can name them."""
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return not names & _LOOKS_AT_NAMES and not any(
        isinstance(node, _KEEP_NAMES) or (isinstance(node, Function) and node is not function)
        for node in ast.walk(function)
    )


def _frame(function: Function) -> tuple[str, ...]:
    """Return what bodies have to share that stand in one function."""
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))
    around = [function.args, *function.decorator_list]
    return type(function).__name__, str(yields), *map(ast.dump, around)


def _renamed(function: Function) -> list[ast.stmt]:
    """Return the body with local names of its own."""
    nodes = list(ast.walk(function))
    given = {node.arg for node in nodes if isinstance(node, ast.arg)}
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    names = {name: _name() for name in sorted(stored - given)}
    copy = ast.parse(ast.unparse(function)).body[0]
    assert isinstance(copy, Function)
    for node in ast.walk(copy):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return copy.body[ast.get_docstring(copy) is not None :] or [ast.Pass()]


def _name() -> str:
    return f"_{LOT.getrandbits(32):08x}"
