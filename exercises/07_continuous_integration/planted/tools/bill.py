"""What a check costs on a rented runner."""

import os


def charge(check, minutes):
    """Say what a check costs, and write it on the bill, if there is one."""
    print(f"{check}: {minutes:.1f} minutes on a runner", flush=True)
    if "CI_BILL" in os.environ:
        with open(os.environ["CI_BILL"], "a", encoding="utf-8") as bill:
            bill.write(f"{check} {minutes:.1f}\n")
