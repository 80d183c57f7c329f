"""One side of an authentication over standard input and output, played by a library that nobody here wrote.

    tokens.py (initiate|accept) LIBRARY MECHANISM [SERVICE]

LIBRARY is pyspnego, mit (GSSAPI of MIT Kerberos) or gss-ntlmssp (GSSAPI too). MECHANISM is ntlm, negotiate, kerberos or
credssp; SERVICE is the host of the service `HTTP`. Each line in is a base64 token, empty for an initiator's first; each line
out is `continue TOKEN`, `complete [TOKEN]` or `error TEXT`. After that, all in base64:

    seal TEXT               sealed HEADER MESSAGE    as WinRM parts it: GSS_Wrap_iov
    unseal HEADER MESSAGE   message TEXT
    wrap TEXT               wrapped TOKEN            GSS_Wrap
    unwrap TOKEN            message TEXT
    sign TEXT               mic MIC
    verify MIC TEXT         verified
    who                     NAME

The environment has PEER_USER, PEER_PASSWORD, NTLM_USER_FILE and what conformance/peers/kdc prints.
"""

import base64
import os
import sys


class Pyspnego:
    """pyspnego: its own NTLM, SPNEGO and CredSSP, Kerberos by GSSAPI."""

    def __init__(self, role, mechanism, service):
        import spnego

        options = spnego.NegotiateOptions.use_negotiate if mechanism.startswith("negotiate") else 0
        if mechanism != "credssp":
            options |= spnego.NegotiateOptions.wrapping_winrm if role == "initiate" else 0
        named = {"hostname": service or "localhost", "service": "HTTP", "options": spnego.NegotiateOptions(options)}
        if role == "accept":
            self.context = spnego.server(protocol=mechanism, **named)
            return
        self.context = spnego.client(os.environ["PEER_USER"], os.environ["PEER_PASSWORD"], protocol=mechanism, **named)

    def step(self, token):
        return self.context.step(token or None), self.context.complete

    def seal(self, text):
        header, data, _ = self.context.wrap_winrm(text)
        return header, data

    def unseal(self, header, message):
        return self.context.unwrap_winrm(header, message)

    def wrap(self, text):
        return self.context.wrap(text).data

    def unwrap(self, token):
        return self.context.unwrap(token).data

    def sign(self, text):
        return self.context.sign(text)

    def verify(self, text, mic):
        self.context.verify(text, mic)

    def who(self):
        return self.context.client_principal


class Gssapi:
    """The library of MIT by its C interface, and gss-ntlmssp, which is a mechanism of it."""

    MECHANISMS = {"ntlm": "1.3.6.1.4.1.311.2.2.10", "kerberos": "1.2.840.113554.1.2.2", "negotiate": "1.3.6.1.5.5.2"}

    def __init__(self, role, mechanism, service):
        import gssapi

        self.gssapi = gssapi
        oid = gssapi.OID.from_int_seq(self.MECHANISMS[mechanism])
        flag = gssapi.RequirementFlag
        if role == "accept":
            name = gssapi.Name(f"HTTP@{service or 'localhost'}", gssapi.NameType.hostbased_service)
            creds = None if mechanism != "ntlm" else gssapi.Credentials(usage="accept", mechs=[oid])
            if mechanism == "kerberos":
                creds = gssapi.Credentials(usage="accept", mechs=[oid], name=name)
            self.context = gssapi.SecurityContext(usage="accept", creds=creds)
            return
        flags = flag.confidentiality | flag.integrity | flag.replay_detection | flag.out_of_sequence_detection
        creds = None
        if mechanism != "ntlm":
            flags |= flag.mutual_authentication
        else:
            user = gssapi.Name(os.environ["PEER_USER"], gssapi.NameType.user)
            creds = gssapi.Credentials(usage="initiate", mechs=[oid], name=user)
        name = gssapi.Name(f"HTTP@{service or 'localhost'}", gssapi.NameType.hostbased_service)
        self.context = gssapi.SecurityContext(name=name, mech=oid, flags=flags, creds=creds, usage="initiate")

    def step(self, token):
        return self.context.step(token or None), self.context.complete

    def seal(self, text):
        kind = self.gssapi.raw.IOVBufferType
        iov = self.gssapi.raw.IOV(kind.header, text, kind.padding, std_layout=False)
        self.gssapi.raw.wrap_iov(self.context, iov, True, None)
        return iov[0].value, iov[1].value + (iov[2].value or b"")

    def unseal(self, header, message):
        kind = self.gssapi.raw.IOVBufferType
        iov = self.gssapi.raw.IOV((kind.header, False, header), message, kind.data, std_layout=False)
        self.gssapi.raw.unwrap_iov(self.context, iov)
        return iov[1].value

    def wrap(self, text):
        return self.context.wrap(text, True).message

    def unwrap(self, token):
        return self.context.unwrap(token).message

    def sign(self, text):
        return self.context.get_signature(text)

    def verify(self, text, mic):
        self.context.verify_signature(text, mic)

    def who(self):
        return str(self.context.initiator_name)


def answer(peer, line):
    verb, *words = line.split(" ")
    if verb in ("seal", "unseal", "wrap", "unwrap", "sign", "verify", "who"):
        octets = [base64.b64decode(word) for word in words]
        if verb == "seal":
            return "sealed", peer.seal(*octets)
        if verb == "wrap":
            return "wrapped", [peer.wrap(*octets)]
        if verb == "sign":
            return "mic", [peer.sign(*octets)]
        if verb == "verify":
            peer.verify(octets[1], octets[0])
            return "verified", []
        if verb == "who":
            return (peer.who() or "nobody").replace(" ", "_"), []
        return "message", [getattr(peer, verb)(*octets)]
    token, is_complete = peer.step(base64.b64decode(verb))
    return ("complete" if is_complete else "continue"), [token] if token else []


def main(arguments):
    role, library, mechanism, *service = arguments
    peer = None
    for line in sys.stdin:
        try:
            peer = peer or (Pyspnego if library == "pyspnego" else Gssapi)(role, mechanism, *(service or [None]))
            word, octets = answer(peer, line.rstrip("\n"))
            print(" ".join([word, *(base64.b64encode(item).decode() for item in octets)]), flush=True)
        except Exception as error:  # noqa: BLE001 - its own words are what the matrix wants
            if os.environ.get("PEER_TRACE"):
                raise
            print(f"error {type(error).__name__}: {' '.join(str(error).split())}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
