from signal import Signals


def diagnose(exit_code, log="", oom_killed=False, stopping=False):
    lines = log.splitlines() or [""]
    system = lines[-1] if lines[-1][:5] == "exec " else ""
    names = {128 + each.value: each.name for each in Signals}
    match exit_code, system.split(": ")[-1], oom_killed, stopping:
        case 0, *_:
            return "done"
        case _, "exec format error", _, _:
            return "processor"
        case (_, "no such file or directory", _, _) | (127, _, _, _):
            return "not found"
        case 125, *_:
            return "engine"
        case 126, *_:
            return "not executable"
        case 137, _, True, _:
            return "memory"
        case 137, _, _, True:
            return "stop ignored"
    return names.get(exit_code, "service")
