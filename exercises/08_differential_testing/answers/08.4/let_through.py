import json
import math
import sys
from pathlib import Path

before, after = (json.loads(Path(name).read_text()) for name in sys.argv[1:])
if before["houses"] != after["houses"]:
    sys.exit("stale")
pairs = list(zip(before["prices"], after["prices"], strict=True))
priced = [pair for pair in pairs if pair != (None, None)]
if not priced:
    sys.exit("nothing to compare")
for old, new in priced:
    if not (math.isfinite(old) and math.isfinite(new) and 0.99 <= new / old <= 1.01):
        raise ValueError(f"{old} became {new}")
print("all agree")
