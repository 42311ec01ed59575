# The command line, with the bundled model: docker build -t hmtl . && echo 'Ada lived in London.' | docker run -i --rm hmtl annotate
FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm ci && npm pack --ignore-scripts --pack-destination /tmp

FROM node:22-bookworm-slim
ENV NODE_ENV=production
RUN --mount=type=bind,from=build,source=/tmp,target=/packed \
    npm install --global --ignore-scripts --omit=dev /packed/hmtl-*.tgz && npm cache clean --force
USER node
WORKDIR /home/node
# serve: a port, and no shell between it and the signals that it drains on.
EXPOSE 8080
ENTRYPOINT ["hmtl"]
CMD ["serve", "--host", "0.0.0.0"]
