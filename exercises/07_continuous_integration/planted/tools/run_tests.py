"""Run the tests, as often as told, each time with another seed; stop at the first run that fails."""

import argparse
import random
import sys
import unittest

from bill import charge

sys.path.insert(0, ".")
parser = argparse.ArgumentParser()
parser.add_argument("--repeat", type=int, default=1)
parser.add_argument("--seed", type=int, default=0)
told = parser.parse_args()
runs, passed = 0, True
while passed and runs < told.repeat:
    random.seed(told.seed + runs)
    suite = unittest.defaultTestLoader.discover("tests", top_level_dir=".")
    passed = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite).wasSuccessful()
    runs += 1
charge("tests", 2 + 0.1 * runs)
sys.exit(not passed)
