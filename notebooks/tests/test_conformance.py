"""Jupyter's own conformance suite, `jupyter_kernel_test`, on our kernel. README.md lists what applies and what does not."""

import time
import unittest

import jupyter_kernel_test
import session as ours
from jupyter_client.manager import start_new_kernel


class RustKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "mlbook"
    language_name = "rust"
    file_extension = ".rs"

    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("oops");'
    completion_samples = [
        {"text": "let place = default_dev", "matches": ["default_device"]},
        {"text": "let t = Tens"},
    ]
    complete_code_samples = ["1 + 1", "fn f(x: i32) -> i32 { x }", 'println!("done");', "struct Point { x: f32 }"]
    incomplete_code_samples = ["fn f(x: i32) -> i32 {", 'println!("not done', "let v = vec![1,", "if true {\n    1"]
    invalid_code_samples = ["let = ;", "fn 1() {}", "1 + 2 )"]
    code_generate_error = 'let number: i32 = "text";'
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "vec![1, 2, 3]", "result": "[1, 2, 3]"},
        {"code": "Some(2.5)", "result": "Some(2.5)"},
    ]
    code_display_data = [
        {"code": 'show(&Html::new("<b>bold</b>"));', "mime": "text/html"},
        {"code": "show(&Tensor::<2>::ones([2, 2], &default_device()));", "mime": "text/html"},
    ]
    code_inspect_sample = "Tensor"
    code_clear_output = "companion::mlbook::notebook::clear();"
    # Not "search": the crate jupyter-protocol cannot read that request when fields are left out, as jupyter_client does.
    supported_history_operations = ("tail", "range")

    @classmethod
    def setUpClass(cls):
        cls.km, cls.kc = start_new_kernel(kernel_name=cls.kernel_name, startup_timeout=ours.START, cwd=str(ours.NOTEBOOKS))
        cls.kc.execute_interactive("use companion::prelude::*;", timeout=ours.START, output_hook=lambda message: None)
        # The first kernel after a change of the sources reads them for its completions, in the background.
        for _ in range(120):
            if cls.kc.complete("default_dev", reply=True, timeout=60)["content"]["matches"]:
                break
            time.sleep(1)


if __name__ == "__main__":
    unittest.main()
