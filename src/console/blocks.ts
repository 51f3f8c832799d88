/** A piece of text in a page, and what it leads to or means. */
export interface Words {
  readonly text: string;
  /** An address of the console. */
  readonly href?: string | undefined;
  readonly mark?: 'good' | 'bad' | 'off' | undefined;
  /** What is compared letter by letter: keys, tokens, addresses. */
  readonly isCode?: boolean | undefined;
  /** What is shown only to who opens it: said in these words. */
  readonly folded?: string | undefined;
}

export type Cell = string | Words;

/** The head of a column by which the rows are sorted: it leads to the reverse order. */
export interface SortedColumn {
  readonly text: string;
  readonly sort: 'ascending' | 'descending';
  readonly href: string;
}

/** One control of a form. */
export interface Field {
  readonly name: string;
  readonly label: string;
  /** A form with a `file` is sent as multipart/form-data. */
  readonly kind: 'text' | 'password' | 'area' | 'tick' | 'ticks' | 'choice' | 'file';
  readonly value?: string | undefined;
  /** Of `ticks` and `choice`. */
  readonly options?: readonly (readonly [value: string, words: string])[];
  /** What is ticked, or chosen. */
  readonly chosen?: readonly string[];
  readonly help?: string | undefined;
  readonly fault?: string | undefined;
  readonly rows?: number;
  readonly isRequired?: boolean;
  /** Where typing begins. */
  readonly isFirst?: boolean;
}

/** What is sent by one button. */
export interface FormBlock {
  readonly is: 'form';
  readonly action: string;
  /** Left out: the page's own token; null: the form only asks, by GET. */
  readonly token?: string | null;
  readonly fields: readonly Field[];
  /** Fields that few need. */
  readonly more?: {
    readonly summary: string;
    readonly fields: readonly Field[];
    readonly isOpen: boolean;
  };
  readonly hidden?: readonly (readonly [name: string, value: string])[];
  readonly submit: string;
  /** What the button is about, where its words alone do not say so. */
  readonly about?: string;
  readonly isDangerous?: boolean;
  /** Fields stand side by side. */
  readonly isRow?: boolean;
}

/** What changes over time, drawn, with the same in numbers behind it. */
export interface ChartBlock {
  readonly is: 'chart';
  readonly caption: string;
  /** What is to be seen, for who can't see it. */
  readonly label: string;
  /** What the upper edge stands for; the lower one is 0. */
  readonly top: string;
  /** What the left and right edges stand for. */
  readonly from: string;
  readonly to: string;
  readonly width: number;
  readonly height: number;
  /** Four at most, each with a colour and a pattern of its own. */
  readonly lines: readonly { readonly name: string; readonly path: string }[];
  readonly table: {
    readonly summary: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly Cell[])[];
  };
}

/** What a page is made of, one below the other. */
export type Block =
  | { readonly is: 'heading'; readonly text: string }
  | { readonly is: 'text'; readonly text: string; readonly soft?: boolean }
  | { readonly is: 'note'; readonly text: string; readonly role?: 'status' | 'alert' }
  | {
      readonly is: 'links';
      readonly links: readonly { href: string; text: string; isMain?: boolean }[];
    }
  | {
      readonly is: 'facts';
      readonly rows: readonly {
        term: string;
        cells: readonly Cell[];
        help?: string;
        id?: string;
      }[];
    }
  | {
      readonly is: 'table';
      readonly caption: string;
      readonly columns: readonly (string | SortedColumn)[];
      readonly rows: readonly (readonly Cell[])[];
      /** Said in place of a table without rows. */
      readonly none: string;
      /** Address of the next page. */
      readonly next?: string | undefined;
    }
  | { readonly is: 'secret'; readonly label: string; readonly value: string }
  | {
      readonly is: 'lines';
      readonly label: string;
      readonly lines: readonly {
        term: string;
        parts: readonly { text: string; isMarked?: boolean }[];
      }[];
    }
  | ChartBlock
  | FormBlock;

/**
 * What a screen reader says as the page opens: that something was done, or that it was not.
 *
 * @param text undefined where there is nothing to tell
 */
export const announced = (
  text: string | undefined,
  role: 'status' | 'alert' = 'status',
): readonly Block[] => (text === undefined ? [] : [{ is: 'note', text, role }]);
