"""What each scenario does and what must come back. A scenario raises `Broken` when the server did something else.

`Run` is what a scenario gets: a way to connect, to note what it saw, and to expect.
The commands are the built-ins of the reference server's shell; README.md lists them.
"""

import hashlib
import threading
from dataclasses import replace

from clients import CLIENTS, Output

MIB = 1 << 20
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Broken(Exception):
    """The expectation did not hold."""

    def __init__(self, what, expected, got):
        super().__init__(f"{what}: expected {expected!r}, got {got!r}")
        self.what, self.expected, self.got = what, expected, got


class Run:
    """One scenario, one client, one server."""

    def __init__(self, client, login, note):
        self._client, self.login, self.note = client, login, note

    def connect(self, **changes):
        return CLIENTS[self._client](replace(self.login, **changes))

    def expect(self, what, expected, got):
        self.note({"event": "saw", "what": what, "got": show(got)})
        if expected != got:
            raise Broken(what, show(expected), show(got))


def show(value):
    """A value as JSON can carry it; long octets as their count and digest."""
    if isinstance(value, Output):
        return {"stdout": show(value.stdout), "stderr": show(value.stderr), "exit_code": value.exit_code}
    if isinstance(value, bytes) and len(value) > 256:
        return {"octets": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, tuple):
        return [show(item) for item in value]
    return value


def run_command(client, command, *arguments, **shell_options):
    """A shell for one command: open, start, receive until done, signal, close. As the libraries' own helpers do."""
    shell = client.open(**shell_options)
    started = client.start(shell, command, arguments)
    output = client.finish(started)
    client.tidy(started)
    client.close(shell)
    return output


def output(run):
    got = run_command(run.connect(), "echo", "hello")
    run.expect("echo hello", Output(b"hello\r\n", b"", 0), got)


def arguments(run):
    words = ["two  spaces", '"quoted"', "it's", "<&>", "ä€"]
    got = run_command(run.connect(), "echo", *words)
    run.expect("echo with arguments", Output(" ".join(words).encode() + b"\r\n", b"", 0), got)


def stderr(run):
    got = run_command(run.connect(), "stderr", "some", "text")
    run.expect("stderr some text", Output(b"", b"some text\r\n", 0), got)


def exit_code(run):
    client = run.connect()
    for number in (3, -1, 3221225477):
        got = run_command(client, "exit", str(number))
        # An exit code is 32 bits; whether they are written with a sign is the server's choice.
        same_bits = number if (got.exit_code - number) % 2**32 else got.exit_code
        run.expect(f"exit {number}", Output(b"", b"", same_bits), got)


def stdin(run):
    client = run.connect()
    shell = client.open()
    started = client.start(shell, "cat")
    pieces = ["first line\r\n".encode(), "zweite Zeile: ä€\r\n".encode(), bytes(range(256))]
    for index, piece in enumerate(pieces):
        client.send(started, piece, end=index == len(pieces) - 1)
    got = client.finish(started)
    client.tidy(started)
    client.close(shell)
    run.expect("cat", Output(b"".join(pieces), b"", 0), got)


def silent(run):
    client = run.connect(operation_timeout_s=2)
    got = run_command(client, "silence", "7")
    run.expect("silence 7", Output(b"done\r\n", b"", 0), got)
    # Seven seconds hold three whole operation timeouts; one less is a slow machine, many more is a server that doesn't wait.
    timed_out = client.counts["timed_out"]
    run.note({"event": "saw", "what": "timed out", "got": timed_out})
    if timed_out not in range(2, 6):
        raise Broken("Receive timed out", "2 to 5 times", timed_out)


def one_mib(run):
    got = run_command(run.connect(), "output", str(MIB))
    pattern = (ALPHABET * (MIB // len(ALPHABET) + 1))[:MIB]
    run.expect(f"output {MIB}", Output(pattern, b"", 0), got)


def environment(run):
    client = run.connect()
    shell_options = {"environment": {"PEER": "ä value", "OTHER": "1"}, "working_directory": "C:\\Peer"}
    got = run_command(client, "set", "PEER", **shell_options)
    run.expect("set PEER", Output("PEER=ä value\r\n".encode(), b"", 0), got)
    got = run_command(client, "cd", **shell_options)
    run.expect("cd", Output(b"C:\\Peer\r\n", b"", 0), got)


def whoami(run):
    got = run_command(run.connect(), "whoami")
    run.expect("whoami, stderr and exit code", (b"", 0), (got.stderr, got.exit_code))
    # The server may put its domain in front, as Windows does.
    answered = got.stdout.decode().rstrip("\r\n").rsplit("\\", 1)[-1].lower()
    run.expect("whoami", run.login.user.rsplit("\\", 1)[-1].lower(), answered)


def two_connections(run):
    clients = [run.connect(), run.connect()]
    together = threading.Barrier(2, timeout=60)
    shell_ids, outputs, errors = [None, None], [[], []], [None, None]

    def one(index):
        client = clients[index]
        try:
            shell = client.open()
            shell_ids[index] = client.shell_id(shell)
            for turn in range(3):
                together.wait()
                started = client.start(shell, "echo", (f"connection-{index}", f"turn-{turn}"))
                together.wait()
                outputs[index].append(client.finish(started).stdout)
            client.close(shell)
        except Exception as error:  # noqa: BLE001 - carried to the main thread below
            errors[index] = error
            together.abort()

    threads = [threading.Thread(target=one, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The abort makes the other thread fail as well; the cause is the error that isn't the barrier's.
    causes = [error for error in errors if error and not isinstance(error, threading.BrokenBarrierError)]
    if causes or any(errors):
        raise (causes or [error for error in errors if error])[0]
    run.expect("both shells are one", False, shell_ids[0] == shell_ids[1])
    for index in range(2):
        expected = [f"connection-{index} turn-{turn}\r\n".encode() for turn in range(3)]
        run.expect(f"output of connection {index}", b"".join(expected), b"".join(outputs[index]))


def refused(run, **changes):
    """These credentials are refused, with the client's authentication error; the good ones still work afterwards."""
    client = run.connect(**changes)
    try:
        client.open()
        got = "a shell"
    except client.authentication_error as error:
        got = type(error).__name__
    run.expect("login with a mistake", client.authentication_error.__name__, got)
    output(run)


def wrong_password(run):
    refused(run, password=run.login.password + "x")


def wrong_user(run):
    refused(run, user=run.login.user + "x")


def terminate(run):
    client = run.connect(operation_timeout_s=1)
    shell = client.open()
    started = client.start(shell, "silence", ("60",))
    run.expect("output before the signal", None, client.receive_once(started))
    client.terminate(started)
    client.close(shell)
    # Create, Command, Receive, Signal, Delete: a client that had to try again shows here.
    run.expect("messages", 5, client.counts["messages"])
    try:
        client.start(shell, "echo", ("still here",))
        got = "CommandResponse"
    except client.fault_error as fault:
        got = type(fault).__name__
    run.expect("a command for the closed shell", client.fault_error.__name__, got)


def enumerate_shells(run):
    client = run.connect()
    shell = client.open()
    own = client.shell_id(shell).upper()
    while_open = [found.upper() for found in client.enumerate_shells()]
    run.expect("own shell listed while open", 1, while_open.count(own))
    client.close(shell)
    after = [found.upper() for found in client.enumerate_shells()]
    run.expect("own shell listed when closed", 0, after.count(own))


BOTH = tuple(CLIENTS)
SCENARIOS = {
    "output": (output, BOTH),
    "arguments": (arguments, BOTH),
    "stderr": (stderr, BOTH),
    "exit-code": (exit_code, BOTH),
    "stdin": (stdin, BOTH),
    "silent": (silent, BOTH),
    "one-mib": (one_mib, BOTH),
    "environment": (environment, BOTH),
    "whoami": (whoami, BOTH),
    "two-connections": (two_connections, BOTH),
    "wrong-password": (wrong_password, BOTH),
    "wrong-user": (wrong_user, BOTH),
    "terminate": (terminate, BOTH),
    "enumerate-shells": (enumerate_shells, ("pypsrp",)),
}


def rows():
    """Every (client, transport, scenario) that exists."""
    return [
        {"client": client, "transport": transport, "scenario": scenario}
        for scenario, (_, clients) in SCENARIOS.items()
        for client in clients
        for transport in CLIENTS[client].transports
    ]
