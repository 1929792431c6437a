import {
  type Asking,
  askCompleteness,
  askCost,
  askDenied,
  askRows,
  askSnat,
  askSummary,
  askThreats,
  askTimeline,
  dnsAnswers,
  dnsNames,
  gatewayHosts,
  parseSearchTerm,
  type SearchTerm,
  search,
  type TopOf,
  top,
  unresolvedNames,
  wafClients,
  wafRules,
} from '../logs/questions/index.ts';
import type { SkuTier } from '../model/index.ts';
import { costPage } from '../report/logs-cost-page.ts';
import { deniedPage } from '../report/logs-denied-page.ts';
import { dnsPage, timelinePage, topPage, wafPage } from '../report/logs-list-pages.ts';
import type { LogsPage } from '../report/logs-page.ts';
import { hasDecisions } from '../report/logs-remarks.ts';
import { searchPage } from '../report/logs-search-page.ts';
import { snatPage } from '../report/logs-snat-page.ts';
import { summaryPage } from '../report/logs-summary-page.ts';
import { threatsPage } from '../report/logs-threats-page.ts';
import { InputError } from './exit-code.ts';

/** A question as the command line names it, and what belongs to it. */
export type LogsQuestion =
  | { readonly is: 'summary' | 'denied' | 'threats' | 'dns' | 'waf' | 'snat' }
  | { readonly is: 'top'; readonly what: TopOf }
  | { readonly is: 'timeline'; readonly by: 'action' | 'rule' }
  | { readonly is: 'cost'; readonly tier?: SkuTier }
  | { readonly is: 'search'; readonly words: readonly string[] };

export interface AnsweredQuestion {
  readonly page: LogsPage;
  /** Something that AKS needs is denied, or no log is there that would tell. */
  readonly isFault: boolean;
  /** Nothing was found: perhaps because nothing is there. */
  readonly isEmpty: boolean;
  /** First and last record, microseconds; absent where nobody looked. */
  readonly span?: { readonly first: number; readonly last: number };
}

export async function answerQuestion(
  question: LogsQuestion,
  asking: Asking,
  scope: readonly string[],
  limit: number,
): Promise<AnsweredQuestion> {
  const { engine, window, said } = asking;
  const who = (address: string, time: number) => asking.locate(address, time).label;
  if (question.is === 'summary') {
    const answer = await askSummary(asking, Math.min(limit, 8));
    const { span } = answer.completeness;
    const page = summaryPage(answer, scope, (address) => who(address, span?.last ?? 0));
    return { page, isFault: false, ...spanned(span) };
  }
  if (question.is === 'search') {
    const terms = question.words.map(termOf);
    const rows = await askRows(engine, search(window, terms, limit), said);
    const page = searchPage(rows, question.words, scope, rows.length === limit, who);
    return { page, isFault: false, isEmpty: rows.length === 0 };
  }
  const completeness = await askCompleteness(engine, window);
  const { span } = completeness;
  const good = (page: LogsPage): AnsweredQuestion => ({ page, isFault: false, ...spanned(span) });
  const empty = span ?? { first: 0, last: 0 };
  switch (question.is) {
    case 'denied': {
      const answer = await askDenied(asking);
      return {
        page: deniedPage(answer, completeness, scope, limit),
        isFault: answer.records.needed > 0 || !hasDecisions(completeness),
        ...spanned(span),
      };
    }
    case 'threats':
      return good(threatsPage(await askThreats(asking, limit), completeness, scope));
    case 'snat':
      return good(snatPage(await askSnat(asking, empty, limit), completeness, scope));
    case 'cost':
      return good(costPage(await askCost(asking, span, question.tier), completeness, scope));
    case 'timeline':
      return good(
        timelinePage(await askTimeline(asking, empty, question.by, limit), completeness, scope),
      );
    case 'top': {
      const rows = await askRows(engine, top(question.what, window, limit), said);
      return good(topPage(question.what, rows, completeness, scope, who));
    }
    case 'dns':
      return good(
        dnsPage(
          {
            answers: await askRows(engine, dnsAnswers(window), said),
            names: await askRows(engine, dnsNames(window, limit), said),
            failed: await askRows(engine, dnsNames(window, limit, 'Failed'), said),
            slow: await askRows(engine, dnsNames(window, limit, 'Slowest'), said),
            unresolved: await askRows(engine, unresolvedNames(window, limit), said),
          },
          completeness,
          scope,
        ),
      );
    case 'waf':
      return good(
        wafPage(
          {
            rules: await askRows(engine, wafRules(window, limit), said),
            clients: await askRows(engine, wafClients(window, limit), said),
            hosts: await askRows(engine, gatewayHosts(window, limit), said),
          },
          completeness,
          scope,
        ),
      );
  }
}

function spanned(span: AnsweredQuestion['span']): Pick<AnsweredQuestion, 'isEmpty' | 'span'> {
  return span === undefined ? { isEmpty: true } : { isEmpty: false, span };
}

function termOf(word: string): SearchTerm {
  const term = parseSearchTerm(word);
  if ('problem' in term) throw new InputError(term.problem);
  return term;
}
