# Fenghuo 烽火. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONPATH := .:gen
# `make unit WORKERS=8`: how many test processes; the default suits the machine.
WORKERS ?= auto
# `make test TESTS="-n 2 tests/unit"`: which part of the suite; empty for all of it.
TESTS ?=
say = @printf '\033[1m==> %s\033[0m\n' "$(1)"

.PHONY: fire help setup lock page proto fmt lint types imports budgets contract k8s gen check unit test stack run demo bench replay exercise docs clean

help: ## 列出全部目标 / list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[36m%-10s\033[0m %s\n", $$1, $$2}'

# --- the environment ------------------------------------------------------------------------------------------------

$(VENV)/bin/python:
	$(call say,$(VENV): a fresh Python environment)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; try PYTHON=python3.11 make …"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# A stamp remembers what was installed, so that a second call costs nothing.
$(VENV)/main.stamp: requirements/main.txt | $(VENV)/bin/python
	$(call say,installing what the platform needs ($<))
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m compileall -q chassis services gateway cli deploy gen
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt | $(VENV)/main.stamp
	$(call say,installing what work on the platform needs ($<))
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# The solver's loops become machine code once, here, so that no start and no question waits for it.
$(VENV)/compiled.stamp: $(shell find services/dispatch/solver -name '*.py') | $(VENV)/main.stamp
	$(call say,compiling the dispatch solver (a minute or two))
	@$(BIN)/python -m services.dispatch.use_cases.precompile
	@touch $@

setup: $(VENV)/dev.stamp $(VENV)/compiled.stamp ## 安装开发环境 / make .venv with everything that work on the platform needs

lock: ## 重新锁定依赖 / pin the dependencies anew, with hashes (needs uv)
	$(call say,requirements/*.in -> requirements/*.txt)
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements/main.in -o requirements/main.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements/dev.in -o requirements/dev.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements/page.in -o requirements/page.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements/bench.in -o requirements/bench.txt

# --- running --------------------------------------------------------------------------------------------------------

run: $(VENV)/main.stamp $(VENV)/compiled.stamp ## 启动整个平台（Ctrl-C 停止）/ start every component on this machine
	@$(BIN)/python -m deploy.local.run

page: $(VENV)/main.stamp ## 构建指挥中心页面 / build the command-centre page (Node from the system, else from a wheel)
	@$(BIN)/python -m deploy.local.page

demo: $(VENV)/main.stamp $(VENV)/compiled.stamp ## 演示一次突发事件（自行启动一套） / play one incident on a platform of its own
	@$(BIN)/python -m cli.main demo

# `make exercise SCENARIO=exercises/….yaml` plays one by itself, five times as fast (other OPTIONS: --help); without SCENARIO the large one runs as load.
exercise: $(VENV)/dev.stamp $(VENV)/compiled.stamp ## 演练：SCENARIO=exercises/….yaml 进行一场；缺省为大规模压力演练 / play a scenario, or measure the large exercise
	@$(BIN)/python -m $(if $(SCENARIO),cli.main exercise run $(SCENARIO) $(or $(OPTIONS),--players auto --speed 5),tests.load.exercise $(OPTIONS))

# A peer to measure against, whose libraries clash with ours, has an environment of its own.
.venv-bench/stamp: requirements/bench.txt | $(VENV)/bin/python
	$(call say,installing what the benchmarks are measured against ($<))
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

bench: $(VENV)/dev.stamp $(VENV)/compiled.stamp .venv-bench/stamp ## 压力测试 / measure throughput and latency
	@$(BIN)/python -m tests.load.bench

replay: $(VENV)/dev.stamp ## 用真实出警数据检验派遣质量 / replay real demand against several ways of dispatching (FENGHUO_CORPUS)
	@$(BIN)/python -m tests.load.replay

# --- writing --------------------------------------------------------------------------------------------------------

proto: $(VENV)/dev.stamp ## 由 proto/ 生成 gen/ / generate gen/ from proto/
	@$(BIN)/python -m tools.gen_proto

docs: $(VENV)/dev.stamp ## 生成文档页 / generate the pages of docs/ that come from the code
	@$(BIN)/python -m tools.gen_docs

fmt: $(VENV)/dev.stamp ## 统一格式 / format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

# --- checking -------------------------------------------------------------------------------------------------------

lint: $(VENV)/dev.stamp ## 代码规范 / ruff: rules and format
	$(call say,ruff)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/dev.stamp ## 类型检查 / mypy, strict
	$(call say,mypy)
	@$(BIN)/mypy

imports: $(VENV)/dev.stamp ## 依赖方向 / who may import whom, and the closed lists
	$(call say,imports and layout)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tools.check_layout

budgets: $(VENV)/dev.stamp ## 篇幅与用词 / sizes of files and functions, forbidden words
	$(call say,budgets)
	@$(BIN)/python -m tools.check_budgets

contract: $(VENV)/dev.stamp ## 接口契约 / buf lint, buf breaking, rules of the contract, texts
	$(call say,contract)
	@$(BIN)/python -m tools.check_proto
	@$(BIN)/python -m tools.check_contract
	@$(BIN)/python -m tools.check_messages

gen: $(VENV)/dev.stamp ## 生成物是否最新 / nothing generated is stale
	$(call say,generated code)
	@$(BIN)/python -m tools.check_generated

k8s: $(VENV)/dev.stamp ## Kubernetes 清单 / validate the manifests
	$(call say,Kubernetes manifests)
	@$(BIN)/python -m tools.check_k8s

# One part needs as long as all others together: two at once.
check: $(VENV)/dev.stamp ## 全部静态检查 / everything that can be checked without running it
	@$(MAKE) --no-print-directory -j2 types lint imports budgets contract gen k8s

unit: $(VENV)/dev.stamp $(VENV)/compiled.stamp ## 单元测试 / tests without input or output, in seconds
	@$(BIN)/python -m pytest -n $(WORKERS) tests/unit

test: check $(VENV)/compiled.stamp ## CI 运行的全部内容 / everything CI runs: the checks, then the suite on every back end there is
	@$(BIN)/python -m tools.run_tests $(TESTS)

stack: $(VENV)/dev.stamp $(VENV)/compiled.stamp ## 在真实 PostgreSQL、Redis、Kafka 上测试 / install the real servers without Docker and test on them
	$(call say,the real servers of the stack profile)
	@deploy/local/packages.sh
	@FENGHUO_TEST_BACKENDS=stack $(BIN)/python -m tools.run_tests $(TESTS)

fire: $(VENV)/dev.stamp $(VENV)/compiled.stamp ## 故障测试：逐个 kill -9 / the story of the flood under kill -9, on every back end there is
	@$(BIN)/python -m tools.run_tests tests/faults

clean: ## 删除生成的缓存（保留 var/）/ remove caches and .venv; keeps var/
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
