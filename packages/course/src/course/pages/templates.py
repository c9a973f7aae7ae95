"""Renders the pages; what learners wrote is escaped."""

import re
from typing import Any

import jinja2
from markupsafe import Markup, escape


def render(name: str, **data: Any) -> str:
    """Return a page as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("course", "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    return environment.get_template(name).render(**data)


def _code(text: str) -> Markup:
    """Return a sentence as HTML, with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text))))
