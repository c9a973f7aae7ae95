"""A table of codes; what the log and the flags say comes first."""

import re

CODES = {0: "done", 125: "engine", 126: "not executable", 127: "not found"}
CODES |= {130: "SIGINT", 134: "SIGABRT", 137: "SIGKILL", 139: "SIGSEGV", 143: "SIGTERM"}
LOGS = {"exec format error": "processor", "no such file or directory": "not found"}


def diagnose(exit_code, log="", oom_killed=False, stopping=False):
    said = re.search(r"(?:^|\n)exec [^\n]*: ([^\n:]+)\s*$", log)
    if exit_code and said and said[1] in LOGS:
        return LOGS[said[1]]
    if exit_code == 137:
        return "memory" if oom_killed else "stop ignored" if stopping else "SIGKILL"
    return CODES.get(exit_code, "service")
