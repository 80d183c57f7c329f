"""Watches what goes over HTTP, because both clients take a forged answer in clear inside a sealed session for a good one.

A row over NTLM or Negotiate holds only if every message was sealed, both ways; a row over Basic only if none was.
No answer may be longer than the MaxEnvelopeSize that both clients ask for; neither client looks at that itself.
"""

import requests

SEALED_TYPES = ("multipart/encrypted", "multipart/x-multi-encrypted")
ENVELOPE_OCTETS_MAX = 153600
FRAME_OCTETS_MAX = 1024
"""What sealing adds: part headers, boundaries and the signature of one message."""


def watch(sealed):
    """Starts watching; the list that is returned collects what should not have happened."""
    violations = []
    send = requests.Session.send

    def watched(session, request, **options):
        response = send(session, request, **options)
        # The answer may belong to a later request of the login than the one given in.
        judge("request", response.request.headers, response.request.body)
        if response.status_code != 401:
            judge("response", response.headers, response.content)
        if len(response.content) > ENVELOPE_OCTETS_MAX + (FRAME_OCTETS_MAX if sealed else 0):
            violations.append(f"response of {len(response.content)} octets, MaxEnvelopeSize {ENVELOPE_OCTETS_MAX}")
        return response

    def judge(direction, headers, body):
        content_type = headers.get("Content-Type", "")
        if body and content_type.startswith(SEALED_TYPES) != sealed:
            violations.append(f"{direction} of {len(body)} octets, {content_type or 'no Content-Type'}")

    requests.Session.send = watched
    return violations
