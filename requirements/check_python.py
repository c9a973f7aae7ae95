"""Exit with one sentence if requirements/*.txt have no wheels for this Python on this system.

Whatever Python somebody has runs this: it keeps to words that an old one knows.
"""

import platform
import re
import sys
import sysconfig

# `make lock` says where this no longer holds
SUPPORTED = (
    "CPython 3.11 to 3.14 on Linux (x86-64 or ARM64, glibc 2.28 or newer; on Windows in WSL)"
    " or on macOS 14 or newer (Apple silicon)"
)


def _supported():
    system = platform.platform()  # Linux-6.1.0-x86_64-with-glibc2.36, macOS-15.1-arm64-arm-64bit
    linux = re.match(r"Linux-.*(x86_64|aarch64).*-with-glibc2\.(\d+)", system)
    mac = re.match(r"macOS-(\d+)\..*arm64", system)
    return (
        platform.python_implementation() == "CPython"
        and (3, 11) <= sys.version_info[:2] <= (3, 14)
        and sys.maxsize > 2**32
        and not sysconfig.get_config_var("Py_GIL_DISABLED")
        and bool(linux and int(linux.group(2)) >= 28 or mac and int(mac.group(1)) >= 14)
    )


if __name__ == "__main__" and not _supported():
    # pylint: disable=consider-using-f-string
    sys.exit(
        "The course needs %s, for which its packages are locked; %s is %s %s on %s. "
        "If there is another Python here, name it: make PYTHON=python3.12 ..."
        % (
            SUPPORTED,
            sys.executable,
            platform.python_implementation(),
            platform.python_version(),
            platform.platform(),
        )
    )
