/** A piece of text in a page, with an optional link and style. */
export interface Words {
  readonly text: string;
  /** An address in the console. */
  readonly href?: string | undefined;
  readonly mark?: 'good' | 'bad' | 'off' | undefined;
  /** True for keys, tokens and addresses, which people compare letter by letter. */
  readonly isCode?: boolean | undefined;
  /** The summary of a closed `<details>` element that contains the text. */
  readonly folded?: string | undefined;
}

export type Cell = string | Words;

/** The head of the column that sorts the rows. It links to the reverse order. */
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
  /** Only for `ticks` and `choice`. */
  readonly options?: readonly (readonly [value: string, words: string])[];
  /** The selected options. */
  readonly chosen?: readonly string[];
  readonly help?: string | undefined;
  readonly fault?: string | undefined;
  readonly rows?: number;
  readonly isRequired?: boolean;
  /** Whether the field has the focus when the page opens (`autofocus`). */
  readonly isFirst?: boolean;
}

/** A form with one button. */
export interface FormBlock {
  readonly is: 'form';
  readonly action: string;
  /** Undefined: the page's own token. Null: a GET form, which needs none. */
  readonly token?: string | null;
  readonly fields: readonly Field[];
  /** Fields that few people need, in a closed section. */
  readonly more?: {
    readonly summary: string;
    readonly fields: readonly Field[];
    readonly isOpen: boolean;
  };
  readonly hidden?: readonly (readonly [name: string, value: string])[];
  readonly submit: string;
  /** A description of the button, if its text is ambiguous. */
  readonly about?: string;
  readonly isDangerous?: boolean;
  /** Whether the fields are in one row. */
  readonly isRow?: boolean;
}

/** A time series as a drawing, with a table of the same numbers. */
export interface ChartBlock {
  readonly is: 'chart';
  readonly caption: string;
  /** The text alternative for people who cannot see the drawing. */
  readonly label: string;
  /** The value at the upper edge. The lower edge is 0. */
  readonly top: string;
  /** The times at the left and right edges. */
  readonly from: string;
  readonly to: string;
  readonly width: number;
  readonly height: number;
  /** At most four. Each has its own colour and pattern. */
  readonly lines: readonly { readonly name: string; readonly path: string }[];
  readonly table: {
    readonly summary: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly Cell[])[];
  };
}

/** The elements of a page, from top to bottom. */
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
      /** The text that replaces an empty table. */
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
 * The text that a screen reader announces when the page opens: whether an action succeeded.
 *
 * @param text undefined if there is nothing to announce
 */
export const announced = (
  text: string | undefined,
  role: 'status' | 'alert' = 'status',
): readonly Block[] => (text === undefined ? [] : [{ is: 'note', text, role }]);
