"""A server shaped like WinRM around pyspnego's acceptors, for clients to log on at: tokens of 401 and 200, sealed bodies.

    acceptor.py SCHEME [CERTIFICATE KEY]

SCHEME is ntlm, negotiate, kerberos or credssp. With a certificate it speaks TLS, and takes no logon that is not bound to
it. It prints the port and then a line for each logon: the mechanism and the user. Every request is answered with as many
letters as its resource URI asks for behind a `#`; a body is opened before it is read and sealed when the request was.
The environment has NTLM_USER_FILE and what conformance/peers/kdc prints.
"""

import base64
import hashlib
import re
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import spnego
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from spnego.channel_bindings import GssChannelBindings

HEADERS = {"ntlm": "Negotiate", "negotiate": "Negotiate", "kerberos": "Kerberos", "credssp": "CredSSP"}
PROTOCOLS = {"Negotiate": "SPNEGO", "Kerberos": "Kerberos", "CredSSP": "CredSSP"}
PORTION = 16384
BOUNDARY = b"--Encrypted Boundary"
ANSWER = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header>'
    "<a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse</a:Action>"
    "<a:MessageID>uuid:11111111-2222-3333-4444-555555555555</a:MessageID>"
    "<a:RelatesTo>{}</a:RelatesTo></s:Header><s:Body><letters>{}</letters></s:Body></s:Envelope>"
)


class Acceptor(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scheme = "ntlm"
    bindings = None

    def setup(self):
        super().setup()
        options = spnego.NegotiateOptions.use_negotiate if self.scheme == "negotiate" else spnego.NegotiateOptions.none
        self.context = spnego.server(
            hostname="localhost",
            service="HTTP",
            protocol=self.scheme,
            options=options,
            # CredSSP binds to the key of its own TLS.
            channel_bindings=None if self.scheme == "credssp" else self.bindings,
        )

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name, _, token = self.headers.get("Authorization", "").partition(" ")
        if token:
            return self.log_on(name, base64.b64decode(token))
        if not self.context.complete:
            return self.answer(401, {"WWW-Authenticate": HEADERS[self.scheme]})
        is_sealed = self.headers["Content-Type"].startswith("multipart/")
        envelope = self.open(body) if is_sealed else body
        asked = re.search(rb"MessageID[^>]*>([^<]+)<", envelope)[1].decode()
        count = int((re.search(rb"letters/(\d+)", envelope) or [0, b"3"])[1])
        answer = ANSWER.format(asked, "a" * count).encode()
        if not is_sealed:
            return self.answer(200, {"Content-Type": "application/soap+xml;charset=UTF-8"}, answer)
        kind, body = self.seal(answer)
        protocol = f"application/HTTP-{PROTOCOLS[HEADERS[self.scheme]]}-session-encrypted"
        content_type = f'multipart/{kind};protocol="{protocol}";boundary="Encrypted Boundary"'
        self.answer(200, {"Content-Type": content_type}, body)

    def log_on(self, name, token):
        if name != HEADERS[self.scheme]:
            print(f"refused {name}", flush=True)
            return self.answer(401, {"WWW-Authenticate": HEADERS[self.scheme]})
        try:
            token = self.context.step(token)
        except Exception as error:  # noqa: BLE001 - its words are what the matrix wants
            print(f"{type(error).__name__}: {' '.join(str(error).split())}", flush=True)
            return self.answer(401, {"WWW-Authenticate": HEADERS[self.scheme]})
        if self.context.complete:
            print(f"{self.context.negotiated_protocol} {self.context.client_principal}", flush=True)
        authenticate = f"{name} {base64.b64encode(token).decode()}" if token else name
        status = 200 if self.context.complete else 401
        # WinRM names a scheme only while it goes on, or when there is a token left.
        self.answer(status, {"WWW-Authenticate": authenticate} if token or status == 401 else {})

    def open(self, body):
        envelope = b""
        parts = body.split(BOUNDARY)
        for part in parts[2::2]:
            octets = part.partition(b"application/octet-stream\r\n")[2]
            size = int.from_bytes(octets[:4], "little")
            envelope += self.context.unwrap_winrm(octets[4 : 4 + size], octets[4 + size :])
        return envelope

    def seal(self, answer):
        size = PORTION if self.scheme == "credssp" else len(answer)
        portions = [answer[start : start + size] for start in range(0, len(answer), size)]
        body = b""
        for portion in portions:
            header, data, padding = self.context.wrap_winrm(portion)
            protocol = PROTOCOLS[HEADERS[self.scheme]]
            body += BOUNDARY + (
                f"\r\n\tContent-Type: application/HTTP-{protocol}-session-encrypted"
                f"\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(portion) + padding}\r\n"
            ).encode()
            body += BOUNDARY + b"\r\n\tContent-Type: application/octet-stream\r\n"
            body += len(header).to_bytes(4, "little") + header + data
        return ("x-multi-encrypted" if len(portions) > 1 else "encrypted"), body + BOUNDARY + b"--\r\n"

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: the lines that count are printed above."""


def main(arguments):
    Acceptor.scheme, *tls = arguments
    # What MIT's library needs to look at no name service: the server is on loopback.
    server = ThreadingHTTPServer(("127.0.0.1", 0), Acceptor)
    server.daemon_threads = True
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        with open(tls[0], "rb") as file:
            certificate = x509.load_pem_x509_certificate(file.read())
        digest = hashlib.new(certificate.signature_hash_algorithm.name, certificate.public_bytes(Encoding.DER))
        Acceptor.bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + digest.digest())
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
