package today

import (
	"encoding/json"
	"fmt"

	"layerlab.dev/core/docker/cli"
	"layerlab.dev/core/dockerfile"
)

// platform reads --platform.
func platform(c *cli.Call) (string, error) {
	text := c.String("platform")
	if text == "" {
		return "", nil
	}
	return checkPlatform(text)
}

func checkPlatform(text string) (string, error) {
	if _, err := dockerfile.ParsePlatform(text); err != nil {
		return "", fmt.Errorf("%q: unknown operating system or architecture: invalid argument", text)
	}
	return text, nil
}

// imagesFormat is what the client's settings say of docker images.
func imagesFormat(s *cli.Session) string {
	dir := s.Home() + "/.docker"
	if v := s.Environ("DOCKER_CONFIG"); v != "" {
		dir = v
	}
	raw, err := s.ReadFile(dir + "/config.json")
	if err != nil {
		return ""
	}
	var config struct {
		ImagesFormat string `json:"imagesFormat"`
	}
	if json.Unmarshal(raw, &config) != nil {
		return ""
	}
	return config.ImagesFormat
}
