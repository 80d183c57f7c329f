"""Drives one scenario of one client against a server, and prints what it saw as JSON lines.

Exit code: 0 the expectation held, 1 it did not, 2 wrong usage.
"""

import argparse
import json
import logging
import os
import sys
import warnings
from urllib.parse import urlsplit

from clients import Login
from scenarios import SCENARIOS, Broken, Run, rows


def note(line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="drive.py", description=__doc__)
    parser.add_argument("--client", required=True, choices=sorted({row["client"] for row in rows()}))
    parser.add_argument("--transport", required=True, choices=sorted({row["transport"] for row in rows()}))
    parser.add_argument("--endpoint", required=True, help="http://127.0.0.1:PORT/wsman")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password-env", required=True, metavar="VAR", help="the variable that holds the password")
    parser.add_argument("--scenario", required=True, choices=list(SCENARIOS))
    options = parser.parse_args(arguments)
    row = {"client": options.client, "transport": options.transport, "scenario": options.scenario}
    if row not in rows():
        parser.error(f"no such row: {options.client} {options.transport} {options.scenario}")
    address = urlsplit(options.endpoint)
    if address.scheme != "http" or not address.hostname or not address.path.strip("/"):
        parser.error(f"endpoint {options.endpoint!r}: expected http://HOST:PORT/wsman")
    if options.password_env not in os.environ:
        parser.error(f"environment variable {options.password_env} is not set")
    try:
        import pypsrp, winrm  # noqa: E401, F401
    except ImportError as error:
        parser.error(f"{error}: run ./setup and then .venv/bin/python drive.py")
    return options, row


def main(arguments):
    options, row = parse(arguments)
    # The peers are on loopback; a proxy of the environment must not come between.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"
    warnings.simplefilter("ignore")
    # A client that retries logs it with a stack trace; the verdict below says the same.
    logging.disable(logging.CRITICAL)
    login = Login(options.endpoint, options.transport, options.user, os.environ[options.password_env])
    scenario, _ = SCENARIOS[options.scenario]
    # Not at the top: it needs the packages of .venv, whose absence has its own message.
    from wire import watch

    sealed = options.transport != "basic"
    violations = watch(sealed)
    try:
        scenario(Run(options.client, login, note))
        if violations:
            raise Broken("messages on the wire", f"{'sealed' if sealed else 'in clear'}, none too long", violations[:5])
    except Broken as broken:
        note({"event": "result", **row, "held": False, "what": broken.what, "expected": broken.expected, "got": broken.got})
        return 1
    except Exception as error:  # noqa: BLE001 - whatever the client raises is the finding
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        note({"event": "result", **row, "held": False, "expected": "no error", "error": kind, "message": str(error)[:1000]})
        return 1
    note({"event": "result", **row, "held": True})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
