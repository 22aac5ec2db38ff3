"""Runs a command and an sftp round trip on the target through the gateway, with asyncssh's own tunnelling."""
import asyncio
import os
import sys

import asyncssh

gateway_port, target_port, login, key, known_hosts = sys.argv[1:6]


async def main():
    common = dict(client_keys=[key], known_hosts=known_hosts, agent_path=None, config=None)
    async with asyncssh.connect("127.0.0.1", int(gateway_port), username="me", **common) as gateway:
        async with asyncssh.connect("127.0.0.1", int(target_port), username=login, tunnel=gateway, **common) as target:
            result = await target.run("echo asyncssh", check=True)
            assert result.stdout == "asyncssh\n", result.stdout
            payload = os.urandom(1 << 20)
            async with target.start_sftp_client() as sftp:
                name = key + ".asyncssh"
                async with sftp.open(name, "wb") as there:
                    await there.write(payload)
                async with sftp.open(name, "rb") as there:
                    assert await there.read() == payload


asyncio.run(main())
