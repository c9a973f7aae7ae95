"""Every module compiles, and imports nothing that it does not use."""

import ast
import sys
from pathlib import Path

from bill import charge

charge("lint", 1)
problems = []
for path in sorted(Path().glob("[!.]*/**/*.py")):
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        problems.append(f"{path}:{error.lineno}: {error.msg}")
        continue
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            problems += [f"{path}:{node.lineno}: {name} is not used" for name in names - used]
print(*problems, sep="\n")
sys.exit(bool(problems))
