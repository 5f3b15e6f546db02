import { files, textOf } from "../sources.ts";

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  readonly language: string;
  /** What stands behind the language: the file that the block shows, if any. */
  readonly shows: string;
  readonly text: string;
}

/** Every page that people read, by its path from the root. */
export const pages: readonly string[] = files.filter(
  (path) => path === "README.md" || /^docs\/.*\.md$/.test(path),
);

/** The fenced blocks of a page, in order. */
export const blocksIn = (page: string, text = textOf(page)): readonly Block[] =>
  [...text.matchAll(/^```(\w*) *(.*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = "", shows = "", body = ""]) => ({ page, language, shows, text: body }),
  );

/** A page without its code. */
const proseOf = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/`[^`\n]*`/g, "");

/** Where the links of a page lead, those to other sites left out. */
export const linksIn = (text: string): readonly string[] =>
  [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) =>
    /^[a-z]+:/.test(target) ? [] : [target],
  );

/** The anchors that a page's headings make. */
export const anchorsIn = (text: string): readonly string[] =>
  [...text.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );

/** A table with its columns in line, as the formatter wants them. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], filler = " "): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, filler)).join(" | ")} |`;
  return [
    line(head),
    line(
      head.map(() => ""),
      "-",
    ),
    ...rows.map((cells) => line(cells)),
  ];
};
