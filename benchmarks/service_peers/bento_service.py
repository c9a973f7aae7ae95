"""Peer: BentoML, a DataFrame in, a list out, the scikit-learn pipeline."""

# pylint: disable=import-error  # installed in .bench/peers, not beside the course
import bentoml
import pandas as pd
from service_peers.shared import Pricer


@bentoml.service(workers=2)
class House:
    """Prices houses."""

    def __init__(self):
        self.pricer = Pricer()

    @bentoml.api
    def predict(self, houses: pd.DataFrame, /) -> list[float]:
        """Price the houses of the body, a list of objects."""
        return self.pricer(houses)
