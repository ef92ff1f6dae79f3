// Completion of Dockerfile instructions at the beginning of a line.
const words =
  "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR";

const options = words.split(" ").map((label) => ({ label, type: "keyword", apply: `${label} ` }));

export function instructions(context) {
  const word = context.matchBefore(/^\s*[A-Za-z]+/);
  if (!word || (!context.explicit && word.text.trim().length < 1)) return null;
  // A line that goes on from the one before is no instruction.
  const line = context.state.doc.lineAt(context.pos);
  if (line.number > 1 && /\\\s*$/.test(context.state.doc.line(line.number - 1).text)) return null;
  const from = word.from + (word.text.length - word.text.trimStart().length);
  const typed = word.text.trim().toUpperCase();
  return { from, options: options.filter((o) => o.label.startsWith(typed)), filter: false };
}
