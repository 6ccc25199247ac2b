# The image of one agent: a static program, without a shell, not run by root.
#
# The commands are in exec form, so that nothing but Go itself is needed to build it.
FROM golang:1.26 AS build
LABEL org.bindu.stage=build
ENV CGO_ENABLED=0
WORKDIR /src
COPY . .
RUN ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", "/out/agent", "./cmd/agent"]

# Directories that the program may write to, or that volumes are mounted on. A new volume takes their owner.
WORKDIR /dirs/data
WORKDIR /dirs/tmp
WORKDIR /dirs/authority/hydra
WORKDIR /dirs/authority/registrar
WORKDIR /dirs/authority/step-ca
WORKDIR /dirs/authority/trust

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/agent /usr/bin/agent
COPY --from=build --chown=65532:65532 /dirs/ /
USER 65532:65532
WORKDIR /data
ENV HOME=/data \
    AGENT__DIR=/data/.bindu \
    NETWORK__HOST=0.0.0.0
EXPOSE 3773
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["agent", "health"]
ENTRYPOINT ["agent"]
CMD ["serve"]
