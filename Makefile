.PHONY: help unit test lint lab live soak fuzz fuzz-parsers bench page site demo deny dist picture clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

unit: lint ## Run formatting, clippy, unit and in-process tests; no lab, no release build
	cargo test --locked --lib

test: lint lab ## Run all checks and tests: formatting, clippy, unit, command line and live tests
	cargo build --release --locked
	cargo test --locked

lint: ## Check the formatting and run clippy with warnings as errors
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --no-default-features -- -D warnings

lab: ## Build the control plane, Prometheus, DNS server and nginx of the live tests, once
	@tests/lab/build.sh
	@tests/lab/prometheus.sh
	@tests/lab/alertmanager.sh
	@tests/lab/hosts.sh

live: lab ## Run the live tests only
	cargo test --locked --test live

soak: lab ## Run random network and server faults for a few minutes
	SOAK_SECONDS=$${SOAK_SECONDS:-240} SOAK_SEED=$${SOAK_SEED:-$$(date +%s)} \
		cargo test --locked --test live -- random_faults_lose_nothing_silently a_service_on_a_bad_network --nocapture

fuzz: ## Run the program on broken objects and broken bytes for a few minutes
	FUZZ_SECONDS=$${FUZZ_SECONDS:-240} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
		cargo test --locked --test fuzz -- --nocapture

fuzz-parsers: ## Fuzz each parser by coverage for a minute; needs nightly Rust and cargo-fuzz
	fuzz/run.sh

bench: lab ## Measure the figures of docs/performance.md; takes a few minutes
	cargo bench --locked --bench listing

page: ## Open HTML reports in Chromium: three languages, 160 namespaces, hostile text; needs chromium, node and npm
	cargo build --release --locked
	for lang in en zh-TW zh-CN; do \
		./target/release/kubectl-healthcheck demo --lang $$lang --fail-on never -o html >.lab/page-$$lang.html && \
		docs/html-check.sh .lab/page-$$lang.html .lab/page-$$lang || exit 1; \
	done
	node docs/html-cluster.mjs >.lab/cluster.json
	./target/release/kubectl-healthcheck -f .lab/cluster.json --now 2025-12-26T02:00:00Z --fail-on never -o html >.lab/page-cluster.html
	docs/html-check.sh .lab/page-cluster.html .lab/page-cluster

site: ## Build the documentation as a site with search, and check its links and the search; needs chromium, node and npm
	docs/html-check.sh --install
	docs/site.sh
	node docs/site-check.mjs target/site/book "$$(command -v chromium)"

demo: ## Print the report of the bundled example
	cargo run --release --locked -- demo

deny: ## Check licences and sources of the dependencies; needs cargo-deny
	cargo deny --locked check bans licenses sources

dist: ## Write an archive for this platform and its krew manifest to dist/
	packaging/dist.sh

picture: ## Create the picture in the README
	docs/picture.sh

clean: ## Remove build output; keeps the lab in .lab
	cargo clean
