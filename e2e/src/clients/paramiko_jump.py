"""Runs a command and an sftp round trip on the target through a direct-tcpip channel of the gateway."""
import os
import sys

import paramiko

gateway_port, target_port, login, key, known_hosts = sys.argv[1:6]


def connect(port, username, sock=None):
    client = paramiko.SSHClient()
    client.load_host_keys(known_hosts)
    client.connect("127.0.0.1", int(port), username=username, key_filename=key, sock=sock, allow_agent=False, look_for_keys=False)
    return client


gateway = connect(gateway_port, "me")
channel = gateway.get_transport().open_channel("direct-tcpip", ("127.0.0.1", int(target_port)), ("127.0.0.1", 0))
target = connect(target_port, login, sock=channel)
_, stdout, _ = target.exec_command("echo paramiko")
assert stdout.read() == b"paramiko\n"
payload = os.urandom(1 << 20)
sftp = target.open_sftp()
with sftp.open(key + ".paramiko", "wb") as there:
    there.write(payload)
with sftp.open(key + ".paramiko", "rb") as there:
    assert there.read() == payload
target.close()
gateway.close()
