"""Watches what goes over HTTP, because both clients take a forged answer in clear inside a sealed session for a good one.

A row over NTLM or Negotiate holds only if every message was sealed, both ways; a row over Basic only if none was.
"""

import requests

SEALED_TYPES = ("multipart/encrypted", "multipart/x-multi-encrypted")


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
        return response

    def judge(direction, headers, body):
        content_type = headers.get("Content-Type", "")
        if body and content_type.startswith(SEALED_TYPES) != sealed:
            violations.append(f"{direction} of {len(body)} octets, {content_type or 'no Content-Type'}")

    requests.Session.send = watched
    return violations
