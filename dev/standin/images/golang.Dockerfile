FROM scratch
ADD rootfs.tar /
ENV GOPATH=/go \
    GOTOOLCHAIN=local \
    GOPROXY=off \
    HOME=/root \
    PATH=/usr/local/go/bin
WORKDIR /go
