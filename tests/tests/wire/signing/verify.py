"""Verifies each DKIM signature of a mail with dkimpy; DNS and the time are what we are told they are."""

import json
import sys

import dkim

asked = json.load(sys.stdin)
message = asked["message"].encode()
dkim.time.time = lambda: asked["now_s"]


def dns(name, timeout=5):
    return asked["records"].get(name.decode().rstrip("."), "").encode()


def verified(signature):
    try:
        return bool(dkim.DKIM(message).verify(idx=signature, dnsfunc=dns))
    except dkim.DKIMException:
        return False


signatures = message.split(b"\r\n\r\n")[0].count(b"DKIM-Signature:")
print(json.dumps([verified(signature) for signature in range(signatures)]))
