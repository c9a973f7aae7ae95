import pytest
from ml_api.trial import Trial, main
from regression_model import ModelError

from models import make_model


def test_a_good_model_passes_its_trial(model_dir):
    Trial(model_dir).finish()

    assert main(str(model_dir)) == 0


def test_a_bad_model_fails_it_with_a_sentence(tmp_path):
    make_model(tmp_path, base=float("nan"))

    with pytest.raises(ModelError, match="trial row"):
        Trial(tmp_path).finish()


def test_a_complaint_goes_to_standard_error(tmp_path, capsys):
    assert main(str(tmp_path)) == 1
    assert "regression-model train" in capsys.readouterr().err
