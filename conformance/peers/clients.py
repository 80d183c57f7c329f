"""The two clients behind one small interface, so that a scenario is written once.

Each method does what the library's own one-call helper does, in the same order, because that order is what real users send.
`counts` says how many SOAP messages went out and how many operation timeouts came back.
"""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMED_OUT = 2150858793
"""wsman:TimedOut: no output yet, ask again."""

CODE_PAGE_UTF8 = 65001
SHELL_RESOURCE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
READ_TIMEOUT_S = 15
"""A server that holds a message longer than this is reported as broken, not waited for."""


@dataclass(frozen=True)
class Login:
    """Where to connect, and as whom."""

    endpoint: str
    transport: str
    user: str
    password: str
    operation_timeout_s: int = 5


@dataclass(frozen=True)
class Output:
    """What a finished command left behind."""

    stdout: bytes
    stderr: bytes
    exit_code: int | None


class Pywinrm:
    """pywinrm: `winrm.protocol.Protocol`, sealed over NTLM, in clear over Basic."""

    transports = ("ntlm", "basic")

    def __init__(self, login):
        from winrm import exceptions, protocol

        self.authentication_error = exceptions.InvalidCredentialsError
        self.fault_error = exceptions.WSManFaultError
        self._timeout_error = exceptions.WinRMOperationTimeoutError
        self.counts = Counter()
        self._protocol = protocol.Protocol(
            login.endpoint,
            transport=login.transport,
            username=login.user,
            password=login.password,
            message_encryption="never" if login.transport == "basic" else "always",
            operation_timeout_sec=login.operation_timeout_s,
            read_timeout_sec=READ_TIMEOUT_S,
            proxy=None,
        )
        self._send = self._protocol.send_message
        self._protocol.send_message = self._count

    def _count(self, message):
        self.counts["messages"] += 1
        try:
            return self._send(message)
        except self._timeout_error:
            self.counts["timed_out"] += 1
            raise

    def open(self, environment=None, working_directory=None):
        return self._protocol.open_shell(
            codepage=CODE_PAGE_UTF8, env_vars=environment, working_directory=working_directory
        )

    def shell_id(self, shell):
        return shell

    def start(self, shell, command, arguments=()):
        return (shell, self._protocol.run_command(shell, command, arguments))

    def send(self, command, data, end):
        self._protocol.send_command_input(*command, data, end=end)

    def receive_once(self, command):
        """One Receive; None when the server answered that there is no output yet."""
        try:
            return self._protocol.get_command_output_raw(*command)
        except self._timeout_error:
            return None

    def finish(self, command):
        return Output(*self._protocol.get_command_output(*command))

    def terminate(self, command):
        self._protocol.cleanup_command(*command)

    def tidy(self, command):
        """What `winrm.Session.run_cmd` sends after the output: a Signal to a command that is done."""
        self._protocol.cleanup_command(*command)

    def close(self, shell):
        # The connection stays: a scenario may ask more of it, and `Session` objects are reused like this.
        self._protocol.close_shell(shell, close_session=False)


class Pypsrp:
    """pypsrp: `WSMan`, `WinRS` and `Process`; bare NTLM, SPNEGO, or Basic in clear."""

    transports = ("ntlm", "negotiate", "basic")

    def __init__(self, login):
        from pypsrp import exceptions, shell, wsman

        self.authentication_error = exceptions.AuthenticationError
        self.fault_error = exceptions.WSManFaultError
        self._shell_module = shell
        self.counts = Counter()
        address = urlsplit(login.endpoint)
        self.wsman = wsman.WSMan(
            address.hostname,
            port=address.port,
            path=address.path.lstrip("/"),
            ssl=False,
            auth=login.transport,
            username=login.user,
            password=login.password,
            encryption="never" if login.transport == "basic" else "always",
            operation_timeout=login.operation_timeout_s,
            read_timeout=READ_TIMEOUT_S,
            no_proxy=True,
        )
        self._invoke = self.wsman.invoke
        self.wsman.invoke = self._count

    def _count(self, *arguments, **options):
        self.counts["messages"] += 1
        try:
            return self._invoke(*arguments, **options)
        except self.fault_error as fault:
            self.counts["timed_out"] += fault.code == TIMED_OUT
            raise

    def open(self, environment=None, working_directory=None):
        shell = self._shell_module.WinRS(
            self.wsman, codepage=CODE_PAGE_UTF8, environment=environment, working_directory=working_directory
        )
        shell.open()
        return shell

    def shell_id(self, shell):
        return shell.id

    def start(self, shell, command, arguments=()):
        process = self._shell_module.Process(shell, command, list(arguments))
        process.begin_invoke()
        return process

    def send(self, command, data, end):
        command.send(data, end=end)

    def receive_once(self, command):
        """One Receive; None when the server answered that there is no output yet."""
        timed_out_before = self.counts["timed_out"]
        command.poll_invoke()
        return None if self.counts["timed_out"] > timed_out_before else command.stdout

    def finish(self, command):
        command.end_invoke()
        return Output(command.stdout, command.stderr, command.rc)

    def terminate(self, command):
        command.signal(self._shell_module.SignalCode.TERMINATE)

    def tidy(self, command):
        """What `pypsrp.client.Client.execute_cmd` sends after the output: Ctrl-C to a command that is done."""
        command.signal(self._shell_module.SignalCode.CTRL_C)

    def close(self, shell):
        shell.close()

    def enumerate_shells(self):
        """The ShellId of every shell the server lists, over Enumerate and as many Pulls as it takes (64 at most)."""
        import xml.etree.ElementTree as ET

        enumeration = "{http://schemas.xmlsoap.org/ws/2004/09/enumeration}"
        answer = self.wsman.enumerate(SHELL_RESOURCE, ET.Element(f"{enumeration}Enumerate"))
        found, context = [], None
        for _ in range(64):
            found += [element.text for element in answer.iter(f"{{{SHELL_RESOURCE}}}ShellId")]
            if any(element.tag.endswith("}EndOfSequence") for element in answer.iter()):
                return found
            # An answer without a context means: go on with the last one.
            context = answer.findtext(f".//{enumeration}EnumerationContext") or context
            pull = ET.Element(f"{enumeration}Pull")
            ET.SubElement(pull, f"{enumeration}EnumerationContext").text = context
            ET.SubElement(pull, f"{enumeration}MaxElements").text = "20"
            answer = self.wsman.pull(SHELL_RESOURCE, pull)
        raise RuntimeError("the enumeration has no end after 64 pulls")


CLIENTS = {"pywinrm": Pywinrm, "pypsrp": Pypsrp}
