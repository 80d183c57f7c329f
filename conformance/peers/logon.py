"""One cell of the matrix: a client that nobody here wrote logs on at a server and runs `echo hello`, or Identify for curl.

    logon.py PEER SCHEME OVER URL

PEER is pywinrm, pypsrp or curl. SCHEME is basic, ntlm (without SPNEGO), negotiate-ntlm, negotiate-kerberos, kerberos,
credssp-ntlm, credssp-kerberos or certificate. OVER says what is under it; with `sealed` in it messages are sealed inside
TLS too. The environment has PEER_USER, PEER_PASSWORD, PEER_PRINCIPAL and PEER_CERTIFICATES, a folder of certificates.py,
and for tickets what conformance/peers/kdc prints.

Exit code: 0 and the line `works`, or 1 and the client's own words.
"""

import os
import subprocess
import sys
import warnings
from urllib.parse import urlsplit

IDENTIFY = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    "<s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>"
)
READ_TIMEOUT_S = 20


class Cell:
    """What one cell is about, out of arguments and environment."""

    def __init__(self, scheme, over, url):
        self.scheme, self.over, self.url = scheme, over, url
        self.is_tls = url.startswith("https:")
        self.user, self.password = os.environ["PEER_USER"], os.environ["PEER_PASSWORD"]
        if scheme.endswith("kerberos"):
            self.user = os.environ["PEER_PRINCIPAL"]
        else:
            # A client that finds a realm would use its tickets where NTLM is what the cell is about.
            os.environ["KRB5_CONFIG"] = os.devnull
            os.environ["KRB5CCNAME"] = "MEMORY:"
        folder = os.environ["PEER_CERTIFICATES"]
        self.authority, self.certificate, self.key = (f"{folder}/{name}" for name in ("authority.pem", "client.pem", "client.key"))
        # HTTPS is sealed by TLS already, and sealed once more on request.
        clear = scheme in ("basic", "certificate") and "sealed" not in over
        self.sealing = "always" if "sealed" in over else "never" if clear else "auto"

    def inner(self):
        """The mechanism inside CredSSP."""
        return self.scheme.removeprefix("credssp-")


def pywinrm(cell):
    from winrm import protocol

    scheme = "credssp" if cell.scheme.startswith("credssp") else cell.scheme
    options = {"credssp_auth_mechanism": cell.inner(), "credssp_minimum_version": 5} if scheme == "credssp" else {}
    if scheme == "certificate":
        options = {"cert_pem": cell.certificate, "cert_key_pem": cell.key}
    if scheme == "kerberos":
        options = {"service": "HTTP"}
    client = protocol.Protocol(
        cell.url,
        transport=scheme,
        username=cell.user,
        password=cell.password,
        ca_trust_path=cell.authority,
        message_encryption=cell.sealing,
        operation_timeout_sec=READ_TIMEOUT_S - 5,
        read_timeout_sec=READ_TIMEOUT_S,
        proxy=None,
        **options,
    )
    shell = client.open_shell(codepage=65001)
    command = client.run_command(shell, "echo", ("hello",))
    output = client.get_command_output(shell, command)
    client.cleanup_command(shell, command)
    client.close_shell(shell)
    expect((b"hello\r\n", b"", 0), output)


def pypsrp(cell):
    from pypsrp import shell, wsman

    scheme, options = cell.scheme, {}
    if scheme.startswith("negotiate"):
        scheme = "negotiate"
    if scheme.startswith("credssp"):
        scheme, options = "credssp", {"credssp_auth_mechanism": cell.inner(), "credssp_minimum_version": 5}
    if scheme == "certificate":
        options = {"certificate_pem": cell.certificate, "certificate_key_pem": cell.key}
    if scheme in ("negotiate", "kerberos"):
        options = {"negotiate_service": "HTTP"}
    address = urlsplit(cell.url)
    client = wsman.WSMan(
        address.hostname,
        port=address.port,
        path=address.path.lstrip("/"),
        ssl=cell.is_tls,
        cert_validation=cell.authority,
        auth=scheme,
        username=cell.user,
        password=cell.password,
        encryption=cell.sealing,
        operation_timeout=READ_TIMEOUT_S - 5,
        read_timeout=READ_TIMEOUT_S,
        no_proxy=True,
        **options,
    )
    with shell.WinRS(client, codepage=65001) as opened:
        process = shell.Process(opened, "echo", ["hello"])
        process.invoke()
        process.signal(shell.SignalCode.CTRL_C)
        expect((b"hello\r\n", b"", 0), (process.stdout, process.stderr, process.rc))


CURL = {"basic": "--basic", "ntlm": "--ntlm", "negotiate-ntlm": "--negotiate", "negotiate-kerberos": "--negotiate"}
"""curl has no option for the other schemes, and says so."""
MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"


def curl(cell):
    user = f'user = "{cell.user}:{cell.password}"'
    arguments = ["curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert", cell.authority]
    arguments += ["--max-time", str(READ_TIMEOUT_S), "--header", "Content-Type: application/soap+xml;charset=UTF-8"]
    arguments += ["--data", IDENTIFY]
    if cell.scheme == "certificate":
        arguments += ["--cert", cell.certificate, "--key", cell.key, "--header", f"Authorization: {MUTUAL}"]
        user = ""
    else:
        arguments.append(CURL.get(cell.scheme, f"--{cell.scheme}"))
    if cell.scheme == "negotiate-kerberos":
        # The tickets of the cache, whosever they are.
        user = 'user = ":"'
    if cell.scheme == "negotiate-ntlm":
        os.environ["NTLM_USER_FILE"] = os.environ["PEER_NTLM_FILE"]
        user = 'user = ":"'
    # Not among the arguments, where a list of processes would show it.
    done = subprocess.run([*arguments, "--config", "-", cell.url], input=user, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    expect(True, "IdentifyResponse" in done.stdout)


def expect(expected, got):
    if expected != got:
        raise AssertionError(f"expected {expected!r}, got {got!r}")


def main(arguments):
    peer, scheme, over, url = arguments
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"
    warnings.simplefilter("ignore")
    try:
        {"pywinrm": pywinrm, "pypsrp": pypsrp, "curl": curl}[peer](Cell(scheme, over, url))
    except Exception as error:  # noqa: BLE001 - its own words are what the matrix wants
        if os.environ.get("PEER_TRACE"):
            raise
        print(f"{type(error).__name__}: {' '.join(str(error).split())}")
        return 1
    print("works")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
