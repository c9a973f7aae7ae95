"""Limits for what tests run: small, so that they are met soon."""

import os

from sandbox.confinement import Limits

# where coverage is measured, the children have to write what they have seen
MEASURED = (os.getcwd(),) if "COVERAGE_PROCESS_CONFIG" in os.environ else ()
LIMITS = Limits(
    memory=400 * 2**20,
    file_size=8 * 2**20,
    disk=16 * 2**20,
    files=100,
    processes=12,
    output=2**20,
    writable=MEASURED,
)
