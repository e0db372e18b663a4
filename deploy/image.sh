#!/usr/bin/env bash
# Builds the container image without Docker: kubectl-healthcheck_VERSION_linux_ARCH.oci.tar in dist/, an archive in the format of
# OCI. OUT=FOLDER writes it to another folder.
#   deploy/image.sh            build the program for this machine; the image has the libraries that it names
#   deploy/image.sh PROGRAM    use a program that is built already
#   TARGET=x86_64-unknown-linux-musl deploy/image.sh
#                              build a static program, for an image without libraries; it needs `rustup target add $TARGET`
#                              and musl-gcc (Debian: musl-tools)
# To publish it: skopeo copy oci-archive:dist/….oci.tar docker://registry.example.com/kubectl-healthcheck:VERSION
# The same program gives the same image, byte for byte.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(cat VERSION)
case $(uname -m) in x86_64) arch=amd64 ;; aarch64 | arm64) arch=arm64 ;; *) echo "unknown machine $(uname -m)" >&2; exit 1 ;; esac
authorities=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
[ -s "$authorities" ] || { echo "$authorities: no certificate authorities (Debian: ca-certificates)" >&2; exit 1; }
program=${1:-}
if [ -z "$program" ]; then
  cargo build --locked --profile dist ${TARGET:+--target "$TARGET"}
  program=target/${TARGET:+$TARGET/}dist/kubectl-healthcheck
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root blobs=$work/image/blobs/sha256
mkdir -p "$root/etc/ssl/certs" "$blobs"
install -m 755 "$program" "$root/kubectl-healthcheck"
install -m 644 "$authorities" "$root/etc/ssl/certs/ca-certificates.crt"
echo 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin' >"$root/etc/passwd"
# A static program names no libraries, and ldd fails.
libraries=$(ldd "$program" 2>/dev/null | grep -o '/[^ ]*' || true)
for library in $libraries; do install -D -m 755 "$library" "$root$library"; done

# Moves a file to the blobs; sets `digest` and `size`.
blob() {
  digest=$(sha256sum "$1" | cut -d' ' -f1) size=$(stat -c %s "$1")
  mv "$1" "$blobs/$digest"
}
archive() { tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=go-w -cf "$1" -C "$2" .; }

archive "$work/layer.tar" "$root"
diff=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
gzip -n "$work/layer.tar"
blob "$work/layer.tar.gz"
layer="{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"sha256:$digest\",\"size\":$size}"
cat >"$work/config" <<EOF
{"architecture":"$arch","os":"linux","config":{"User":"65532:65532","Entrypoint":["/kubectl-healthcheck"],
"Labels":{"org.opencontainers.image.title":"kubectl-healthcheck","org.opencontainers.image.version":"$version"}},
"rootfs":{"type":"layers","diff_ids":["sha256:$diff"]}}
EOF
blob "$work/config"
cat >"$work/manifest" <<EOF
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:$digest","size":$size},"layers":[$layer]}
EOF
blob "$work/manifest"
echo '{"imageLayoutVersion":"1.0.0"}' >"$work/image/oci-layout"
cat >"$work/image/index.json" <<EOF
{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:$digest","size":$size,
"platform":{"architecture":"$arch","os":"linux"},"annotations":{"org.opencontainers.image.ref.name":"$version"}}]}
EOF
folder=${OUT:-dist}
mkdir -p "$folder"
out=$folder/kubectl-healthcheck_${version}_linux_$arch.oci.tar
archive "$out" "$work/image"
echo "$out"
