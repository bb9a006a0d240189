"""A mail server that says where it listens, and for each line that it reads what it has been given since the last one.

Whoever is called `nobody` is not known here; whoever is called `later` is to be tried once more."""

import asyncio
import json
import sys
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses

from aiosmtpd.smtp import SMTP

taken = []
tried = {}


def addresses(message, name):
    pairs = getaddresses(message.get_all(name, []))
    return [[str(make_header(decode_header(name))), address] for name, address in pairs]


def picture(envelope):
    message = message_from_bytes(envelope.content, policy=policy.default)
    raw = message_from_bytes(envelope.content)
    parts = [part for part in message.walk() if not part.is_multipart()]
    return {
        "mail_from": envelope.mail_from,
        "rcpt_to": envelope.rcpt_tos,
        "headers": sorted(name.lower() for name in message.keys()),
        "from": addresses(raw, "from"),
        "to": addresses(raw, "to"),
        "reply_to": addresses(raw, "reply-to"),
        "subject": message["subject"],
        "id": message["message-id"],
        "kind": message.get_content_type(),
        "parts": [[part.get_content_type(), part.get_content()] for part in parts],
        "raw": envelope.content.decode("utf-8", "replace"),
    }


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        tried[address] = tried.get(address, 0) + 1
        if name == "nobody":
            taken.append({"refused": address})
            return "550 5.1.1 There is nobody of this name"
        if name == "later" and tried[address] == 1:
            return "451 4.7.1 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        taken.append(picture(envelope))
        return f"250 2.0.0 Taken as {len(taken)}"


async def main():
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(Handler(), hostname="mx.example", loop=loop), "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    # Until whoever began this has ended.
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(taken), flush=True)
        taken.clear()


asyncio.run(main())
