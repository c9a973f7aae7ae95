"""What requirements.in asks for is pinned in requirements.lock."""

import re
import sys
from pathlib import Path

from bill import charge

charge("lock", 1)
asked = re.findall(r"^[\w-]+", Path("requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
pinned = re.findall(
    r"^([\w-]+)==", Path("requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
)
missing = sorted(set(asked) - set(pinned))
print(*[f"requirements.lock does not pin {name}" for name in missing], sep="\n")
sys.exit(bool(missing))
