.PHONY: help test lint lab live soak fuzz bench demo deny dist picture clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

test: lint lab ## everything: formatting, lints, unit, command line and live tests
	cargo test --locked

lint: ## formatting and clippy, without mercy
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

lab: ## the real control plane, Prometheus, DNS server and nginx for the live tests, built once
	@tests/lab/build.sh
	@tests/lab/prometheus.sh
	@tests/lab/hosts.sh

live: lab ## the live tests alone
	cargo test --locked --test live

soak: lab ## random weather between client and server for some minutes
	SOAK_SECONDS=$${SOAK_SECONDS:-240} SOAK_SEED=$${SOAK_SEED:-$$(date +%s)} \
		cargo test --locked --test live -- whatever_the_weather --nocapture

fuzz: ## broken objects and broken bytes for some minutes
	FUZZ_SECONDS=$${FUZZ_SECONDS:-240} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
		cargo test --locked --test fuzz -- --nocapture

bench: lab ## the figures of docs/performance.md; takes a few minutes
	cargo bench --locked --bench listing

demo: ## the report of the bundled example
	cargo run --release --locked -- demo

deny: ## licences and sources of the dependencies; needs cargo-deny
	cargo deny --locked check bans licenses sources

dist: ## an archive for this platform and its krew manifest, in dist/
	packaging/dist.sh

picture: ## the picture in the README
	docs/picture.sh

clean: ## what cargo built; the lab stays in .lab
	cargo clean
