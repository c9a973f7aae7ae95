import json
import re
from html import unescape

import pytest


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json


def test_the_document_lists_every_route_but_its_own(client, document):
    app = client.application
    served = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint[:5] != "docs."}

    assert set(document["paths"]) == served


def test_every_reference_leads_somewhere(document):
    references = set(re.findall(r"#/components/(\w+)/(\w+)", str(document)))

    assert references
    for kind, name in references:
        assert name in document["components"][kind]


def test_a_house_is_described_by_the_schema_of_the_model(service, document):
    house = document["components"]["schemas"]["House"]
    model = service.models.current.schema

    assert set(house["properties"]) == set(model.names) | set(model.carried)
    assert set(house["required"]) == set(model.required)
    assert house["additionalProperties"] is False
    assert house["properties"]["GrLivArea"]["maximum"] == model["GrLivArea"].maximum
    assert house["properties"]["GarageArea"]["type"] == ["integer", "null"]


def test_errors_are_described_as_problem_documents(document):
    assert set(document["components"]["responses"]["DEFAULT_ERROR"]["content"]) == {
        "application/problem+json"
    }


def test_the_key_is_described_where_one_is_needed(make_client, tmp_path, document):
    path = tmp_path / "keys"
    path.write_text("alice:a-key-that-is-long-enough")
    keyed = make_client(keys=path).get("/openapi.json").json

    assert keyed["paths"]["/v1/predict/regression"]["post"]["security"]
    assert "security" not in keyed["paths"]["/health"]["get"]
    assert "security" not in document["paths"]["/v1/predict/regression"]["post"]


def test_behind_a_proxy_the_document_names_the_path_it_is_under(make_client):
    response = make_client(proxies=1).get(
        "/openapi.json", headers={"X-Forwarded-Prefix": "/prices"}
    )

    assert response.json["servers"] == [{"url": "/prices"}]


def test_the_page_shows_every_route_and_every_feature(service, client):
    page = client.get("/docs").text

    for path in client.get("/openapi.json").json["paths"]:
        assert path in page
    for name in service.models.current.schema.names:
        assert name in page


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(client):
    response = client.get("/docs")

    assert not re.search(r"(src|href)=.?(https?:)?//", response.text)
    assert "<style" not in response.text
    assert re.findall(r"<script[^>]*>", response.text) == [
        '<script src="docs/static/docs.js" defer>'
    ]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("name", ["docs.css", "docs.js"])
def test_what_the_page_loads_is_there(client, name):
    with client.get(f"/docs/static/{name}") as response:
        assert response.status_code == 200


def test_the_example_on_the_page_is_priced(client):
    page = unescape(client.get("/docs").text)
    (example,) = re.findall("<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    response = client.post("/v1/predict/regression", json=json.loads(example))

    assert response.status_code == 200
