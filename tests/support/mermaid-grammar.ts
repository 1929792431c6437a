/**
 * A strict reader of the flowcharts we write, by the published grammar of Mermaid (flowchart syntax: nodes and shapes, subgraphs,
 * links with text, classDef, class, linkStyle). Whatever it does not know is a problem, so that a name that leaves
 * its quotes is one.
 */
export interface ReadFlowchart {
  readonly nodes: ReadonlyMap<string, string>;
  readonly groups: readonly string[];
  readonly links: readonly { readonly from: string; readonly to: string; readonly label: string }[];
  readonly problems: readonly string[];
}

/** Between quotes only what neither Mermaid, Markdown nor HTML reads as its own; `#39;` stands for a character. */
const TEXT = String.raw`"((?:[^"<>&|;\x60*\\~$[\]{}#]|#\d+;|<br/>)*)"`;
const ID = 'b\\d+';
const SHAPES = [
  ['\\[', '\\]'],
  ['\\(\\(', '\\)\\)'],
  ['\\[\\[', '\\]\\]'],
  ['\\(\\[', '\\]\\)'],
  ['\\{\\{', '\\}\\}'],
  ['\\[\\(', '\\)\\]'],
] as const;
const NODES = SHAPES.map(([open, close]) => new RegExp(`^(${ID})${open}${TEXT}${close}$`));
const GROUP = new RegExp(`^subgraph (${ID})\\[${TEXT}\\]$`);
const LINK = new RegExp(`^(${ID}) (?:-->|==>|-\\.->|--x|<-->)(?:\\|${TEXT}\\|)? (${ID})$`);
const CLASS_DEF = /^classDef [a-zA-Z]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}$/;
const CLASS = new RegExp(`^class (${ID}(?:,${ID})*) [a-zA-Z]+$`);
const LINK_STYLE = /^linkStyle (\d+(?:,\d+)*) stroke:#[0-9a-f]{6}$/;

export function readFlowchart(text: string): ReadFlowchart {
  const nodes = new Map<string, string>();
  const parents = new Map<string, readonly string[]>();
  const groups: string[] = [];
  const links: { from: string; to: string; label: string }[] = [];
  const open: string[] = [];
  const problems: string[] = [];
  const [head, ...lines] = text.split('\n');
  if (head !== 'flowchart LR') problems.push(`begins with ${head}`);
  if (lines.at(-1) !== '') problems.push('does not end with a line end');
  const declare = (id: string, label: string) => {
    if (nodes.has(id)) problems.push(`${id} twice`);
    nodes.set(id, label);
    parents.set(id, [...open]);
  };
  for (const raw of lines.slice(0, -1)) {
    const line = raw.trim();
    const node = NODES.map((pattern) => pattern.exec(line)).find((match) => match !== null);
    const group = GROUP.exec(line);
    const link = LINK.exec(line);
    if (node) declare(node[1]!, node[2]!);
    else if (group) {
      declare(group[1]!, group[2]!);
      groups.push(group[1]!);
      open.push(group[1]!);
    } else if (line === 'end') {
      if (open.pop() === undefined) problems.push('an end too many');
    } else if (link) links.push({ from: link[1]!, label: link[2] ?? '', to: link[3]! });
    else if (CLASS.test(line)) {
      const ids = CLASS.exec(line)![1]!.split(',');
      problems.push(...ids.filter((id) => !nodes.has(id)).map((id) => `class of unknown ${id}`));
    } else if (LINK_STYLE.test(line)) {
      const numbers = LINK_STYLE.exec(line)![1]!.split(',').map(Number);
      problems.push(...numbers.filter((at) => at >= links.length).map((at) => `no link ${at}`));
    } else if (!CLASS_DEF.test(line)) problems.push(`not understood: ${line}`);
  }
  if (open.length > 0) problems.push('a subgraph is left open');
  for (const { from, to } of links) {
    for (const id of [from, to]) if (!nodes.has(id)) problems.push(`link to unknown ${id}`);
    // Mermaid cannot lay out a link between a subgraph and what stands in it.
    if (parents.get(from)?.includes(to) || parents.get(to)?.includes(from)) {
      problems.push(`${from} and ${to} are inside each other`);
    }
  }
  return { nodes, groups, links, problems };
}
