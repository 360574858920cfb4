// How pages of the reference look: no more than what there is to say of each name.

import { ReflectionKind } from 'typedoc';
import { MarkdownTheme, MarkdownThemeContext, ModuleRouter } from 'typedoc-plugin-markdown';

/** What applications import a script of the package by. */
export function entry(name) {
  return name === 'frameseal' ? name : `frameseal/${name}.js`;
}

/** Has links go where GitHub puts the headings: repeated names are numbered in order. */
export class ReferenceRouter extends ModuleRouter {
  buildPages(project) {
    const pages = super.buildPages(project);
    for (const module of project.children) {
      const counts = new Map();
      const slug = (title) => {
        const name = title.toLowerCase().replaceAll(/[^\w-]/g, '');
        const count = counts.get(name) ?? 0;
        counts.set(name, count + 1);
        return count === 0 ? name : `${name}-${count}`;
      };
      slug(entry(module.name));
      for (const model of headings(module)) {
        const anchor = slug(model.name);
        this.anchors.set(model, anchor);
        this.fullUrls.set(model, `${this.fullUrls.get(module)}#${anchor}`);
      }
    }
    return pages;
  }
}

/** What has a heading on a page, in order. */
function headings(module) {
  return exported(module).flatMap((model) => [model, ...(model.children ?? [])]);
}

function exported(module) {
  return module.groups.flatMap(({ children }) => children);
}

export class ReferenceTheme extends MarkdownTheme {
  getRenderContext(page) {
    return new ReferenceContext(this, page, this.application.options);
  }
}

class ReferenceContext extends MarkdownThemeContext {
  constructor(...args) {
    super(...args);
    Object.assign(this.partials, {
      accessor: ({ getSignature, setSignature }) =>
        paragraphs(
          getSignature && this.#signature(getSignature, { accessor: 'get' }),
          setSignature && this.#signature(setSignature, { accessor: 'set' }),
        ),
      body: (model, options) => {
        if (model.kindOf(ReflectionKind.Project)) return this.#entries(model);
        const isModule = model.kindOf(ReflectionKind.Module);
        return this.#members(isModule ? exported(model) : (model.children ?? []), options);
      },
      declaration: (model) => this.#declaration(model),
      hierarchy: ({ types, isTarget }) => (isTarget ? '' : `Extends ${this.#list(types)}.`),
      inheritance: () => '',
      signature: (model, options) => this.#signature(model, options),
    });
  }

  #members(models, options) {
    return paragraphs(...models.map((model) => this.partials.memberContainer(model, options)));
  }

  #entries({ children }) {
    const rows = children.map(
      (model) => `| [${entry(model.name)}](${this.urlTo(model)}) | ${this.#text(model.comment.summary)} |`,
    );
    return paragraphs(
      'What the package exports, written from its types by `cargo xtask reference`. How to use it is in ' +
        '[integration.md](../integration.md).',
      ['| entry | what it has |', '|---|---|', ...rows].join('\n'),
    );
  }

  /** A property or a type. */
  #declaration(model) {
    const values = this.#values(model.type);
    return paragraphs(
      values ? '' : this.partials.declarationTitle(model),
      this.#text(model.comment?.summary),
      values,
    );
  }

  /** A function or method. */
  #signature(model, { accessor }) {
    const comment = model.comment ?? model.parent.comment;
    return paragraphs(
      this.partials.signatureTitle(model, { accessor }),
      this.#text(comment?.summary),
      model.parameters
        ?.filter(({ comment }) => comment)
        .map(({ name, comment }) => `- \`${name}\`: ${this.#text(comment.summary)}`)
        .join('\n'),
      ...this.#tags(comment, '@returns', 'Returns'),
      ...this.#tags(comment, '@throws', 'Throws'),
    );
  }

  /** What each value of a union means, if that is said. */
  #values(type) {
    const summaries = type?.elementSummaries;
    if (!summaries) return undefined;
    const rows = type.types.map((value, index) => {
      const meaning = this.#text(summaries[index]).replaceAll('\n', ' ');
      return `| ${this.partials.someType(value)} | ${meaning} |`;
    });
    return ['| value | meaning |', '|---|---|', ...rows].join('\n');
  }

  #tags(comment, tag, title) {
    const tags = comment?.getTags(tag) ?? [];
    return tags.map(({ content }) => `*${title}* ${this.#text(content)}`);
  }

  #text(parts) {
    return parts ? this.helpers.getCommentParts(parts).trim() : '';
  }

  #list(types) {
    return types.map((type) => this.partials.someType(type)).join(', ');
  }
}

function paragraphs(...parts) {
  return parts.filter(Boolean).join('\n\n');
}
