FROM scratch
ADD rootfs.tar /
ENV STEPPATH=/home/step \
    HOME=/home/step
USER 1000:1000
WORKDIR /home/step
VOLUME ["/home/step"]
CMD ["/usr/local/bin/step-ca", "--password-file", "/home/step/secrets/password", "/home/step/config/ca.json"]
