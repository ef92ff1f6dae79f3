package engine_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// unavailable are signs that a module could not be had, which is no fault of ours.
var unavailable = []string{"reading http", "dial tcp", "module lookup disabled", "403 Forbidden", "cannot find module providing"}

// TestClient29 runs docker/cli v29, built from its module, against the engine: it
// speaks the engine's old API after negotiation.
func TestClient29(t *testing.T) {
	if testing.Short() {
		t.Skip("building docker/cli takes its time")
	}
	client := filepath.Join(t.TempDir(), "docker")
	build := exec.Command("go", "build", "-o", client, ".")
	build.Dir = "client29"
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false")
	if text, err := build.CombinedOutput(); err != nil {
		for _, sign := range unavailable {
			if strings.Contains(string(text), sign) {
				t.Skipf("the modules of docker/cli v29 are not to be had: %s", text)
			}
		}
		t.Fatalf("build of docker/cli v29: %v\n%s", err, text)
	}
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "Dockerfile"), []byte("FROM alpine\nRUN echo hi > /hi\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	env := []string{"DOCKER_HOST=" + fresh(t), "DOCKER_BUILDKIT=0", "HOME=" + home, "PATH=" + os.Getenv("PATH")}
	for _, row := range []struct {
		line, want string
		exit       int
	}{
		{"docker pull -q alpine", "docker.io/library/alpine:latest\n", 0},
		{"docker version -f '{{.Client.APIVersion}} {{.Server.APIVersion}}'", "1.41 1.41\n", 0},
		{"docker images", "IMAGE           ID             DISK USAGE   CONTENT SIZE   EXTRA\nalpine:latest   aa90b2a79d14       1.98MB             0B        \n", 0},
		{"docker history -q alpine", "aa90b2a79d14\n<missing>\n", 0},
		{"docker build -q -t built . | cut -c1-7", "sha256:\n", 0},
		{"docker history --format '{{.CreatedBy}}' built | head -1", "/bin/sh -c echo hi > /hi\n", 0},
		{"docker tag built localhost:5000/x:1", "", 0},
		{"docker push localhost:5000/x:1 | tail -1 | cut -c1-17", "1: digest: sha256\n", 0},
		{"docker rmi localhost:5000/x:1 | head -1", "Untagged: localhost:5000/x:1\n", 0},
		{"docker run --rm built cat /hi", "hi\n", 0},
		{"docker run --rm alpine sh -c 'exit 3'", "", 3},
		{"echo typed | docker run -i --rm alpine cat", "typed\n", 0},
		{"docker run -d --name box alpine sleep 1000 | wc -c", "65\n", 0},
		{"docker exec box sh -c 'echo in; exit 5'", "in\n", 5},
		{"docker ps --format '{{.Names}} {{.Image}} {{.Command}}'", "box alpine \"sleep 1000\"\n", 0},
		{"docker cp box:/etc/hostname - | tar t", "hostname\n", 0},
		{"docker commit box made:1 | cut -c1-7", "sha256:\n", 0},
		{"docker stop -t 1 box", "box\n", 0},
		{"docker wait box", "137\n", 0},
		{"docker rm box", "box\n", 0},
		{"docker inspect -f '{{.RootFS.Type}} {{len .RootFS.Layers}}' built", "layers 2\n", 0},
		{"docker inspect nosuch", "[]\n", 1},
		{"docker rmi nosuch", "", 1},
		{"docker info -f '{{.Driver}}'", "overlay2\n", 0},
	} {
		line := "docker() { " + client + " \"$@\"; }; " + row.line
		if got := command(t, home, env, "/bin/bash", "-c", line); got.Stdout != row.want || got.Exit != row.exit {
			t.Errorf("$ %s\nexit code %d, want %d\n%s%s\nwant\n%s", row.line, got.Exit, row.exit, got.Stdout, got.Stderr, row.want)
		}
	}
}
