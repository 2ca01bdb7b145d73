# shellcheck shell=bash
# The parts of scripts/test. Each runs in a subshell and ends with its exit code. Sourced; expects ROOT and CACHE.

# How long each fuzz target may run inside `cargo test`.
export PROCTOR_FUZZ_SECONDS="${PROCTOR_FUZZ_SECONDS:-5}"

part_fmt() {
    cargo fmt --all --check
}

part_clippy() {
    cargo clippy --workspace --all-targets --locked -- -D warnings
}

part_cargo() {
    cargo test --workspace --locked --no-fail-fast
}

part_doc() {
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --document-private-items
}

part_house() {
    run_pytest tests/house
}

part_clients() {
    build_binary && run_pytest -s tests/clients
}

part_crash() {
    build_binary && run_pytest -s tests/crash
}

part_web() {
    build_binary && run_pytest_in "$CACHE/web-venv" -s tests/web
}

build_binary() {
    cargo build --locked -p proctor
}

run_pytest() {
    run_pytest_in "$CACHE/test-venv" "$@"
}

run_pytest_in() {
    local bin="$1/bin"
    shift
    PATH="$bin:$PATH" PYTHONDONTWRITEBYTECODE=1 "$bin/python" -m pytest --strict-markers -q --color=no "$@"
}

# `tee` may still be writing when its part has ended.
wait_for_log() {
    local size=-1 now
    for _ in 1 2 3 4 5; do
        now=$(stat -c %s "$1" 2>/dev/null || echo 0)
        [[ $now -ne $size ]] || return 0
        size=$now
        sleep 0.1
    done
}

# "passed failed skipped" of a log, from the closing lines of cargo test and pytest.
count_tests() {
    awk '
        /^test result: / {
            for (i = 1; i < NF; i++) {
                if ($(i + 1) ~ /^passed/) passed += $i
                if ($(i + 1) ~ /^failed/) failed += $i
                if ($(i + 1) ~ /^ignored/) skipped += $i
            }
        }
        /^[0-9]+ (passed|failed|skipped|error|errors).* in [0-9.]+s/ {
            for (i = 1; i < NF; i++) {
                if ($(i + 1) ~ /^passed/) passed += $i
                if ($(i + 1) ~ /^(failed|error)/) failed += $i
                if ($(i + 1) ~ /^skipped/) skipped += $i
            }
        }
        END { print passed + 0, failed + 0, skipped + 0 }
    ' "$1"
}
