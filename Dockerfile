# The images of one agent and of the registrar (--target registrar): a static program each, without a shell, not run by
# root.
#
# The commands are in exec form, so that nothing but Go itself is needed to build them.
FROM golang:1.26 AS build
LABEL org.bindu.stage=build
ARG VERSION
ENV CGO_ENABLED=0 \
    GOFLAGS="'-ldflags=-s -w -X main.linked=${VERSION}'"
WORKDIR /src
COPY . .
RUN ["go", "build", "-trimpath", "-o", "/out/", "./cmd/agent", "./cmd/registrar"]

# Directories that the programs may write to, or that volumes are mounted on. A new volume takes their owner.
WORKDIR /agent/data
WORKDIR /agent/tmp
WORKDIR /agent/authority/hydra
WORKDIR /agent/authority/registrar
WORKDIR /agent/authority/step-ca
WORKDIR /agent/authority/trust
WORKDIR /registrar/data
WORKDIR /registrar/tmp
WORKDIR /registrar/enrolment/poet
WORKDIR /registrar/enrolment/critic
WORKDIR /registrar/enrolment/muse
WORKDIR /registrar/enrolment/reader

FROM scratch AS registrar
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/registrar /usr/bin/registrar
COPY --from=build --chown=65532:65532 /registrar/ /
USER 65532:65532
WORKDIR /data
ENV HOME=/data \
    REGISTRAR__DIR=/data/.registrar \
    NETWORK__HOST=0.0.0.0
EXPOSE 3783
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["registrar", "health"]
ENTRYPOINT ["registrar"]
CMD ["serve"]

FROM scratch AS agent
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/agent /usr/bin/agent
COPY --from=build --chown=65532:65532 /agent/ /
USER 65532:65532
WORKDIR /data
ENV HOME=/data \
    AGENT__DIR=/data/.bindu \
    NETWORK__HOST=0.0.0.0
EXPOSE 3773
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["agent", "health"]
ENTRYPOINT ["agent"]
CMD ["serve"]
