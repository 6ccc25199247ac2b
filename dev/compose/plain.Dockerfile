# The command line of the A2A project, unmodified: a program that knows nothing of certificates, tokens and signatures, for
# the profile sidecar of docker-compose.yml.
FROM golang:1.26 AS build
LABEL org.bindu.stage=build
ENV CGO_ENABLED=0
WORKDIR /src
COPY go.mod go.sum ./
RUN ["go", "build", "-trimpath", "-o", "/out/a2a", "github.com/a2aproject/a2a-go/v2/cmd/a2a"]

FROM scratch
COPY --from=build /out/a2a /usr/bin/a2a
USER 65532:65532
ENTRYPOINT ["a2a"]
