FROM scratch
ADD rootfs.tar /
USER 65532:65532
EXPOSE 4444 4445
ENTRYPOINT ["hydra"]
CMD ["serve", "all"]
