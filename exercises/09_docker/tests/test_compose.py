"""The compose file is read as compose reads it: variables put in, short forms taken for long ones."""

import random
import re

import jsonschema
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

DATA = "/var/lib/postgresql/data"
# ${NAME}, $NAME, ${NAME:-what else}, ${NAME:?what is wrong}; $$ is a dollar
VARIABLE = re.compile(
    r"\$(?:\$|(?P<bare>\w+)|\{(?P<name>\w+)(?::?(?P<kind>[-?+])(?P<rest>[^}]*))?\})"
)


class Missing(Exception):
    """A variable that has to be set is not."""


def put_in(text, variables):
    """Return the text with variables put in, as compose does it."""

    def value(match):
        if match[0] == "$$":
            return "$"
        name = match["bare"] or match["name"]
        if match["kind"] == "?" and not variables.get(name):
            raise Missing(name)
        if match["kind"] == "-" and not variables.get(name):
            return match["rest"]
        return variables.get(name, "")

    return VARIABLE.sub(value, text)


def comments_out(text):
    """Return the text without lines that are comments."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


@pytest.fixture
def password(seed):
    """A password that nobody has written down."""
    return f"pw{random.Random(seed).getrandbits(40):x}"


@pytest.fixture
def read(submission, password):
    """The file as compose sees it, DATABASE_PASSWORD being set."""
    try:
        text = put_in(comments_out(submission.text), {"DATABASE_PASSWORD": password})
        found = yaml.safe_load(text)
    except Missing as error:
        pytest.fail(f"The file asks for the variable {error}: only DATABASE_PASSWORD is set")
    except yaml.YAMLError as error:
        pytest.fail(f"This is no YAML: {error}")
    if not isinstance(found, dict) or not isinstance(found.get("services"), dict):
        pytest.fail("There are no `services:` in the file")
    lacking = {"nginx", "api", "database"} - {*found["services"]}
    if lacking:
        pytest.fail(f"These services are not in the file: {', '.join(sorted(lacking))}")
    return found


@pytest.fixture
def services(read):
    """The services by their names."""
    return read["services"]


def pairs(given):
    """Return a mapping, or a list of `name=value`, as a dict of texts."""
    if isinstance(given, list):
        given = dict(item.partition("=")[::2] for item in given)
    return {name: str(value) for name, value in (given or {}).items()}


def mounts(service):
    """Return what is mounted: (source, target, whether it is read-only)."""
    found = []
    for item in service.get("volumes", []):
        if isinstance(item, dict):
            found.append((item.get("source", ""), item["target"], bool(item.get("read_only"))))
        else:
            source, _, rest = item.partition(":")
            target, _, mode = rest.partition(":")
            found.append((source, target, "ro" in mode.split(",")))
    return found


def published(service):
    """Return the ports that can be reached from outside: (address, port here, port there)."""
    found = []
    for item in service.get("ports", []):
        if isinstance(item, dict):
            long = item.get("host_ip", "0.0.0.0"), item.get("published"), item["target"]
            found.append(tuple(map(str, long)))
        else:
            *address, here, there = ["", *str(item).partition("/")[0].rsplit(":", 2)][-3:]
            found.append((address[0] or "0.0.0.0", here, there))
    return found


def networks(services, name):
    """Return the networks that a service is in: `default` where it names none."""
    _, shared, other = str(services[name].get("network_mode", "")).partition("service:")
    if shared and other in services and other != name:
        return networks(services, other)
    return {*(services[name].get("networks") or ["default"])}


def test_it_is_a_compose_file(read):
    schema = get_builtin_schema("vendor.compose-spec")
    validator = jsonschema.validators.validator_for(schema)(schema)
    errors = list(validator.iter_errors(read))
    told = "; ".join(
        f"{'.'.join(map(str, error.path)) or 'the file'}: {error.message}" for error in errors
    )

    assert not errors, f"The schema of compose refuses it: {told[:600]}"


def test_nothing_but_nginx_can_be_reached(services):
    found = {name: published(service) for name, service in services.items() if published(service)}
    shared = services["nginx"].get("network_mode") == "service:api"
    door = "api" if shared else "nginx"

    assert found == {door: [("127.0.0.1", "8080", "80")]}, (
        f"Published are {found or 'no ports'} (address, port here, port in the container). One is "
        "asked for: 8080 of this machine alone (127.0.0.1) goes to port 80 of nginx. Services "
        "reach each other by their names without any; a database that is published can be "
        "reached by anybody who reaches the machine"
    )
    hosts = [name for name, service in services.items() if service.get("network_mode") == "host"]
    assert not hosts, f"{', '.join(hosts)}: in the network of the host every port is open"


@pytest.mark.parametrize("one, other", [("nginx", "api"), ("api", "database")])
def test_who_works_together_is_in_one_network(services, one, other):
    found = {name: sorted(networks(services, name)) for name in (one, other)}
    common = {*found[one]} & {*found[other]}

    assert common, (
        f"{one} and {other} have no network in common, so neither finds the other: {found}. Who "
        "names no network is in `default`"
    )


def test_nginx_gets_its_settings(services):
    found = [mount for mount in mounts(services["nginx"]) if mount[0].endswith("nginx.conf")]

    assert [mount[1:] for mount in found] == [("/etc/nginx/conf.d/default.conf", True)], (
        "`./nginx.conf` should be mounted at /etc/nginx/conf.d/default.conf, read-only: "
        f"{found or 'it is not mounted'}"
    )


def test_no_password_is_in_the_file(submission, services, password):
    with pytest.raises(Missing) as missing:
        put_in(comments_out(submission.text), {})
        pytest.fail(
            "Without DATABASE_PASSWORD the file can be used all the same: is the password in it, or "
            "would it be empty? `${DATABASE_PASSWORD:?a sentence}` stops with the sentence"
        )
    assert str(missing.value) == "DATABASE_PASSWORD"
    given = pairs(services["database"].get("environment")).get("POSTGRES_PASSWORD")

    assert (
        given == password
    ), f"With DATABASE_PASSWORD={password} the database gets POSTGRES_PASSWORD={given}"


def test_the_service_finds_its_database(services, password):
    api = pairs(services["api"].get("environment"))
    database = pairs(services["database"].get("environment"))
    user, name = database.get("POSTGRES_USER", "postgres"), database.get("POSTGRES_DB")
    expected = f"postgresql+psycopg://{user}:{password}@database/{name or user}"
    store = api.get("ML_API_STORE", "").replace("@database:5432/", "@database/")

    assert store == expected, (
        f"ML_API_STORE is {store or 'not set'}, and the database is at {expected}: user and name "
        "are those of the POSTGRES_ variables, and the host is the name of the service, for each "
        "container has a localhost of its own"
    )
    assert api.get("ML_API_PROXIES") == "1", (
        "One proxy stands in front, and ML_API_PROXIES does not say so: the service would take "
        "nginx for every client"
    )


def test_the_service_waits_for_a_database_that_answers(services):
    waits = services["api"].get("depends_on") or {}
    condition = waits.get("database", {}).get("condition") if isinstance(waits, dict) else "started"
    check = services["database"].get("healthcheck", {})
    command = check.get("test", [])
    command = command if isinstance(command, str) else " ".join(command)

    assert condition == "service_healthy", (
        "The service is started as soon as the database is *started*, seconds before it answers: "
        "it should wait for it to be healthy"
    )
    assert not check.get("disable"), (
        "The healthcheck of the database is disabled (`disable: true`): it never is healthy, and "
        "the service never starts"
    )
    asked = "pg_isready" in command
    assert asked, (
        "Whether the database is healthy has to be asked, by `pg_isready` in a healthcheck of its "
        "own: without one it never is"
    )
    always = re.search(r"(?:\|\||;)\s*(?:true\b|/bin/true\b|:|exit 0\b|echo\b)", command)
    assert not always, (
        f"`{command}` ends well whatever pg_isready says (`{always[0]}`), so the database is told "
        "to be healthy before it answers"
    )


def test_the_data_outlive_the_container(read, services):
    sources = [source for source, target, _ in mounts(services["database"]) if target == DATA]

    assert sources, (
        f"The database writes to {DATA}, which is on no volume: `docker compose down` deletes the "
        "container, and every prediction with it"
    )
    named = sources[0] in (read.get("volumes") or {})
    assert named, (
        f"`{sources[0] or DATA}` is no volume with a name of its own under `volumes:` at the top: "
        "one without a name is found by nobody, a folder is one of this machine alone"
    )


def test_the_service_can_do_little(services):
    api = services["api"]
    scratch = api.get("tmpfs", [])
    scratch = [scratch] if isinstance(scratch, str) else scratch
    places = [place.partition(":")[0].rstrip("/") for place in scratch]
    places += [target.rstrip("/") for _, target, read_only in mounts(api) if not read_only]
    more = sorted({*places} - {"/tmp", "/srv/data"})

    assert api.get("read_only") is True, "The service's files can be written to: `read_only: true`"
    lasts_a_moment = "/tmp" in places
    assert lasts_a_moment, (
        "All is read-only, and gunicorn needs a place for what lasts a moment: /tmp in memory "
        "(`tmpfs`)"
    )
    assert not more, (
        f"The service can write to {', '.join(more)}, too: but for /tmp, and the volume of its "
        "image at /srv/data, it is to be read-only (`:ro` makes a mount so)"
    )
    assert [str(each).upper() for each in api.get("cap_drop", [])] == [
        "ALL"
    ], "The service keeps rights of root that it does not need: drop all capabilities"
    assert not api.get("privileged") and not api.get("cap_add"), "Rights are given back to it"


def test_its_memory_is_limited(services):
    api = services["api"]
    limits = api.get("deploy", {}).get("resources", {}).get("limits", {})
    given = str(api.get("mem_limit", limits.get("memory", "")))
    size = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([bkmg]?)i?b?", given.lower())
    unit = {"": 0, "b": 0, "k": 10, "m": 20, "g": 30}
    found = float(size[1]) * 2 ** unit[size[2]] if size else None

    assert found == 512 << 20, (
        f"The limit of the service's memory is {given or 'not set'}, and 512 MB are asked for "
        "(`512m`): without a limit one leak takes the database down, too"
    )
