"""A mail server of a test's own: aiosmtpd on the loopback address, which keeps what it gets.

Usage: mail_server.py FOLDER plain|starttls|tls
Prints the port. Each mail becomes FOLDER/N.json. While FOLDER/answer holds a line, recipients are answered with it.
With TLS the certificate's issuer is in FOLDER/ca.pem, and only "baton" with the password "correct horse" may send.
"""
import asyncio
import email
import email.policy
import json
import logging
import os
import ssl
import sys

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

folder, mode = sys.argv[1:]
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Keeper:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        try:
            with open(os.path.join(folder, "answer")) as file:
                answer = file.read().strip()
        except FileNotFoundError:
            answer = ""
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.count += 1
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None,
            "login": session.authenticated,
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "text": mail.get_body(("plain",)).get_content(),
            "html": mail.get_body(("html",)).get_content(),
        }
        path = os.path.join(folder, f"{self.count}.json")
        with open(path + ".new", "w") as file:
            json.dump(kept, file)
        os.rename(path + ".new", path)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"baton", b"correct horse"), handled=False)


async def main():
    context = None
    if mode != "plain":
        authority = trustme.CA()
        authority.cert_pem.write_to_path(os.path.join(folder, "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    keeper = Keeper()

    def connection():
        if mode == "plain":
            return SMTP(keeper, hostname="test")
        return SMTP(
            keeper,
            hostname="test",
            tls_context=context if mode == "starttls" else None,
            require_starttls=mode == "starttls",
            auth_required=True,
            auth_require_tls=mode == "starttls",
            authenticator=authenticate,
        )

    wrapped = context if mode == "tls" else None
    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0, ssl=wrapped)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
