"""What python3-docker gets from the engine at DOCKER_HOST."""
import io
import tarfile

import docker

client = docker.from_env()
print(client.ping(), client.version()["ApiVersion"])
print(client.images.pull("alpine", "latest").tags)
dockerfile = b'FROM alpine\nRUN echo hi > /hi\nCMD ["cat", "/hi"]\n'
image, log = client.images.build(fileobj=io.BytesIO(dockerfile), tag="py:1", rm=True)
print(image.tags, [m["stream"] for m in log if "Step" in m.get("stream", "")])
print(client.containers.run("py:1", remove=True))
try:
    client.containers.run("alpine", ["sh", "-c", "echo oops >&2; exit 3"], remove=True)
except docker.errors.ContainerError as error:
    print(error.exit_status, error.stderr)
box = client.containers.run("alpine", ["sleep", "1000"], detach=True, name="box")


def run(command, **options):
    """Run it again where the client has dropped output that came with the head."""
    for _ in range(10):
        result = box.exec_run(command, **options)
        if result.output not in (b"", (None, None)):
            break
    return result


print(run("echo in"))
print(run(["sh", "-c", "echo o; echo e >&2; exit 2"], demux=True))
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w") as tar:
    info = tarfile.TarInfo("f")
    info.size = 4
    tar.addfile(info, io.BytesIO(b"data"))
print(box.put_archive("/tmp", archive.getvalue()))
parts, stat = box.get_archive("/tmp/f")
with tarfile.open(fileobj=io.BytesIO(b"".join(parts))) as tar:
    print(stat["name"], stat["size"], tar.extractfile("f").read())
print(box.diff())
made = box.commit("py", "2")
print(made.tags)
box.stop(timeout=1)
print(box.wait())
box.reload()
print(box.status)
box.remove()
talking = client.containers.run("alpine", ["sh", "-c", "for i in 1 2; do echo $i; sleep 1; done"], detach=True)
print(b"".join(talking.logs(stream=True, follow=True)))
try:
    client.images.get("nosuch")
except docker.errors.ImageNotFound as error:
    print(error.explanation)
volume = client.volumes.create("vol")
print([v.name for v in client.volumes.list()])
volume.remove()
print(sorted(n.name for n in client.networks.list()))
print(made.tag("localhost:5000/py", "2"))
print([m["status"] for m in client.images.push("localhost:5000/py", "2", stream=True, decode=True) if "digest" in m.get("status", "")] != [])
print(client.containers.prune()["SpaceReclaimed"])
